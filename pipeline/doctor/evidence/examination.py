"""A GAN before its training: evidence from its two networks, one batch and one step that is undone."""

from typing import Any

import keras
import numpy as np

from pipeline.doctor.evidence.networks import describe_network
from pipeline.doctor.evidence.step import FAKE, IMAGES, OTHER, REAL, Step, Values, run_step
from pipeline.doctor.evidence.tensors import image_shape, images_in, rows

ROWS = 48  # rows of a batch that networks are probed with: enough for shares of a hundredth, quick on a large network
APART = 5.0  # an output that every logistic loss is sure of
SURELY = 3.0  # an output far on one side: on the wrong one every loss of logits still pushes
MARGIN = 0.5  # beyond a bound; a whole one would meet the hinge loss just where it ends
UNDECIDED = 0.5  # neither real nor fake for logits, probabilities and the targets 0 and 1


def examination(generator: keras.Model, discriminator: keras.Model, batch: Any, latent: Any, gan: keras.Model | None = None) -> dict[str, Any]:
    """Evidence before training.

    generator, discriminator: built models. latent: a batch that the generator takes. batch: real images as `gan.train_step` takes them, or
    without a `gan` as the discriminator takes them. `gan` is a compiled model whose train_step trains both.
    """
    numbers = {"the training batch": images_in(batch, image_shape(batch))}
    numbers |= {f"the {name}'s weights": network.get_weights() for name, network in (("generator", generator), ("discriminator", discriminator))}
    for name, parts in numbers.items():
        if not all(np.isfinite(part).all() for part in parts if part.dtype.kind == "f"):
            return {"not_finite": name}
    try:
        return _examination(generator, discriminator, batch, latent, gan)
    except Exception as error:  # a step that fails fails again in training; one that the doctor cannot follow must not end it
        return _what_networks_show(generator, discriminator, latent, batch) | {"failure": (str(error).strip() or repr(error)).splitlines()[0]}


def _examination(generator: keras.Model, discriminator: keras.Model, batch: Any, latent: Any, gan: keras.Model | None) -> dict[str, Any]:
    if gan is None:
        return _networks(generator, discriminator, latent, batch, batch)
    step = run_step(gan, generator, discriminator, batch)
    found = _networks(generator, discriminator, latent, _real_inputs(step, batch), batch)
    losses = _losses(gan, generator, discriminator, batch, found["discriminator"])
    return found | {"step": _describe_step(step), "loss": losses, "optimizers": _optimizers(step)}


def _what_networks_show(generator: keras.Model, discriminator: keras.Model, latent: Any, batch: Any) -> dict[str, Any]:
    judged = None if isinstance(batch, (tuple, list, dict)) else batch  # of several parts it is not known what the discriminator takes
    try:
        return _networks(generator, discriminator, latent, judged, batch)
    except Exception:
        return {}


def _real_inputs(step: Step, batch: Any) -> Any:
    """What the discriminator is given of real images."""
    for inputs, call in zip(step.discriminator_inputs, step.judged, strict=True):
        if REAL in call.kinds:
            return keras.tree.map_structure(lambda leaf, chosen=call.kinds == REAL: keras.ops.convert_to_tensor(np.asarray(leaf)[chosen]), inputs)
    return batch


def _networks(generator: keras.Model, discriminator: keras.Model, latent: Any, judged: Any, batch: Any) -> dict[str, Any]:
    few = rows(latent, 0, ROWS)
    images = np.concatenate(images_in(batch, tuple(generator(few, training=False).shape[1:])))
    told = {} if judged is None else {"discriminator": describe_network(discriminator, rows(judged, 0, ROWS))}
    return told | {
        "generator": describe_network(generator, few),
        "data": {"low": float(images.min()), "high": float(images.max()), "sd_between": float(images.std(axis=0).mean())},
        "latent": {"low": min(float(np.min(part)) for part in keras.tree.flatten(few))},
    }


def _describe_step(step: Step) -> dict[str, Any]:
    kinds = [set(call.kinds.tolist()) for call in step.judged]
    return {
        "updated": step.updated,
        "gradients": step.gradients,
        "statistics_moved": step.statistics_moved,
        "judged": sorted(set[str]().union(*kinds)),
        "pushed": {network: sorted(_pushes(step, network)) for network in ("discriminator", "generator")},
        "mixes_real_and_fake": any({REAL, FAKE} <= kind for kind in kinds),
        "penalises_gradients": any(push.network == IMAGES for call in step.judged for push in call.pushes),
    }


def _pushes(step: Step, network: str) -> dict[str, np.ndarray]:
    """How the loss of `network` pushes the discriminator's output for each kind of image: minus its gradient, times the number of rows."""
    found: dict[str, list[np.ndarray]] = {}
    for call in step.judged:
        for push in call.pushes:
            if push.network == network:
                for kind in np.unique(call.kinds):
                    found.setdefault(str(kind), []).append(-push.gradient[call.kinds == kind] * len(call.kinds))
    return {kind: np.concatenate(parts) for kind, parts in found.items() if kind != OTHER}


def _losses(gan: keras.Model, generator: keras.Model, discriminator: keras.Model, batch: Any, judging: dict[str, Any]) -> dict[str, Any]:
    """How the losses push when other outputs stand in the discriminator's place."""

    def pushed(network: str, real: Any, fake: Any) -> dict[str, np.ndarray]:
        return _pushes(run_step(gan, generator, discriminator, batch, _outputs(real, fake)), network)

    undecided = _means(pushed("discriminator", UNDECIDED, UNDECIDED))
    real_is_up = (undecided.get(REAL) or 1.0) > 0  # some label real images 0 and samples 1
    up = 1 if real_is_up else -1
    ends = judging["reach_low"] - MARGIN, judging["reach_high"] + MARGIN
    of_fake, of_real = ends if real_is_up else ends[::-1]
    wrong = pushed("discriminator", -SURELY * up, SURELY * up)
    rejected = pushed("generator", SURELY * up, -SURELY * up)
    beyond = pushed("discriminator", of_real, of_fake) if judging["bounded"] else {}
    return {
        "real_is_up": real_is_up,
        "undecided": undecided,
        "rejected": _means(rejected),
        "surely_wrong": _means(wrong),
        "beyond_bounds": _means(beyond),
        "pairs_every_with_every": _pairs_every_with_every(pushed),
    }


def _pairs_every_with_every(pushed: Any) -> bool:
    """Whether each sample's push is the mean over all real outputs: real (n,) against fake (n, 1) makes a table (n, n).

    With real outputs of two values it is then the same mixture of its pushes at either value for every sample, where pairs differ from
    sample to sample, and where a loss of the mean output would give another number.
    """
    above, below = (pushed("discriminator", value, 0.0).get(FAKE) for value in (APART, -APART))
    mixed = pushed("discriminator", lambda count: np.where(np.arange(count) % 4 < 3, APART, -APART), 0.0).get(FAKE)
    if above is None or below is None or mixed is None or np.allclose(above, below, rtol=1e-3):
        return False
    return bool(np.allclose(mixed, 0.75 * above + 0.25 * below, rtol=1e-3) and len(mixed) > 4)


def _outputs(real: Any, fake: Any) -> Values:
    def values(kinds: np.ndarray) -> np.ndarray:
        found = np.full(len(kinds), np.nan)
        for kind, value in ((REAL, real), (FAKE, fake)):
            chosen = kinds == kind
            found[chosen] = value(int(chosen.sum())) if callable(value) else value
        return found

    return values


def _means(pushes: dict[str, np.ndarray]) -> dict[str, float | None]:
    return {kind: float(values.mean()) if np.isfinite(values).all() else None for kind, values in pushes.items()}


def _optimizers(step: Step) -> dict[str, dict[str, float]]:
    """Learning rate and decay rates of each network's optimiser, as far as it has them."""
    return {network: _numbers(optimizer) for network, optimizer in sorted(step.optimizers.items())}


def _numbers(optimizer: keras.optimizers.Optimizer) -> dict[str, float]:
    betas = {name: float(getattr(optimizer, name)) for name in ("beta_1", "beta_2") if isinstance(getattr(optimizer, name, None), float)}
    return {"learning_rate": float(keras.ops.convert_to_numpy(optimizer.learning_rate))} | betas
