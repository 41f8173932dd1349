"""A GAN before its training: evidence from its two networks, one batch, and one training step that is undone."""

from typing import Any

import keras
import numpy as np

from pipeline.doctor.evidence.loss_gradients import describe_losses, output_gradients
from pipeline.doctor.evidence.networks import describe_network
from pipeline.doctor.evidence.step import run_step
from pipeline.doctor.evidence.step_recorder import FAKE, IMAGES, REAL, Step
from pipeline.doctor.evidence.tensors import image_shape, images_in, rows

ROWS = 48  # rows of a batch that networks are examined with: enough for shares of a hundredth, quick on a large network


def examination(generator: keras.Model, discriminator: keras.Model, batch: Any, latent: Any, gan: keras.Model | None = None) -> dict[str, Any]:
    """Record evidence before training; every variable of the models is restored.

    Args:
        generator: a built generator.
        discriminator: a built discriminator with one output per image.
        batch: real images as `gan.train_step` takes them, or without a `gan` as the discriminator takes them.
        latent: a batch that the generator takes.
        gan: the compiled model whose train_step trains both networks; without it, losses and optimisers are not examined.

    Returns:
        Measurements of the networks ("generator", "discriminator"), of the images ("data") and latents ("latent"), of the step ("step"), the
        losses ("loss") and the optimisers ("optimizers"). A batch or weights that are not finite are named under "not_finite"; the message
        of a step that failed stands under "failure".
    """
    try:
        not_finite = _first_not_finite(generator, discriminator, batch)
        return {"not_finite": not_finite} if not_finite else _examine_all(generator, discriminator, batch, latent, gan)
    except Exception as error:  # a step that fails also fails in training; a step that the doctor cannot follow must not end training
        return _examine_networks_alone(generator, discriminator, latent, batch) | {"failure": message(error)}


def message(error: Exception) -> str:
    """An error's first line.

    Example:
        >>> message(ValueError("Expected one row.\\nReceived none.")), message(KeyError())
        ('Expected one row.', 'KeyError()')
    """
    return (str(error).strip() or repr(error)).splitlines()[0]


def _first_not_finite(generator: keras.Model, discriminator: keras.Model, batch: Any) -> str | None:
    """The first of the batch and both networks' weights that has a number that is not finite."""
    numbers = {"the training batch": images_in(batch, image_shape(batch))}
    numbers |= {f"the {name}'s weights": network.get_weights() for name, network in (("generator", generator), ("discriminator", discriminator))}
    finite = {name: all(np.isfinite(part).all() for part in parts if part.dtype.kind == "f") for name, parts in numbers.items()}
    return next((name for name, is_finite in finite.items() if not is_finite), None)


def _examine_all(generator: keras.Model, discriminator: keras.Model, batch: Any, latent: Any, gan: keras.Model | None) -> dict[str, Any]:
    if gan is None:
        return _describe_networks(generator, discriminator, latent, batch, batch)
    step = run_step(gan, generator, discriminator, batch)
    networks = _describe_networks(generator, discriminator, latent, _real_inputs(step, batch), batch)
    losses = describe_losses(gan, generator, discriminator, batch, networks["discriminator"])
    return networks | {"step": _describe_step(step), "loss": losses, "optimizers": _describe_optimizers(step)}


def _examine_networks_alone(generator: keras.Model, discriminator: keras.Model, latent: Any, batch: Any) -> dict[str, Any]:
    """What can be measured without a step; nothing if that fails too."""
    inputs = None if isinstance(batch, (tuple, list, dict)) else batch  # of several parts it is unknown which the discriminator takes
    try:
        return _describe_networks(generator, discriminator, latent, inputs, batch)
    except Exception:
        return {}


def _real_inputs(step: Step, batch: Any) -> Any:
    """The discriminator's inputs for real images, as the step made them."""
    for call in step.calls:
        if REAL in call.kinds:
            return keras.tree.map_structure(
                lambda leaf, chosen=call.kinds == REAL: keras.ops.convert_to_tensor(np.asarray(leaf)[chosen]), call.inputs
            )
    return batch


def _describe_networks(
    generator: keras.Model, discriminator: keras.Model, latent: Any, discriminator_inputs: Any | None, batch: Any
) -> dict[str, Any]:
    few = rows(latent, 0, ROWS)
    images = np.concatenate(images_in(batch, tuple(generator(few, training=False).shape[1:])))
    known = {} if discriminator_inputs is None else {"discriminator": describe_network(discriminator, rows(discriminator_inputs, 0, ROWS))}
    return known | {
        "generator": describe_network(generator, few),
        "data": {"low": float(images.min()), "high": float(images.max()), "sd_between": float(images.std(axis=0).mean())},
        "latent": {"low": min(float(np.min(part)) for part in keras.tree.flatten(few))},
    }


def _describe_step(step: Step) -> dict[str, Any]:
    kinds = [set(call.kinds.tolist()) for call in step.calls]
    return {
        "updated": step.updated,
        "gradients": step.gradients,
        "statistics_moved": step.statistics_moved,
        "discriminator_inputs": sorted(set[str]().union(*kinds)),  # kinds of rows that the discriminator was given
        # network -> kinds of rows at whose outputs its loss has a gradient
        "learns_from": {network: sorted(output_gradients(step, network)) for network in ("discriminator", "generator")},
        "mixes_real_and_fake": any({REAL, FAKE} <= kind for kind in kinds),
        "penalises_gradients": any(gradient.network == IMAGES for call in step.calls for gradient in call.gradients),
    }


def _describe_optimizers(step: Step) -> dict[str, dict[str, float]]:
    """Learning rate and decay rates of each network's optimiser, as far as it has them."""
    return {network: _rates(optimizer) for network, optimizer in sorted(step.optimizers.items())}


def _rates(optimizer: keras.optimizers.Optimizer) -> dict[str, float]:
    betas = {name: float(getattr(optimizer, name)) for name in ("beta_1", "beta_2") if isinstance(getattr(optimizer, name, None), float)}
    return {"learning_rate": float(keras.ops.convert_to_numpy(optimizer.learning_rate))} | betas
