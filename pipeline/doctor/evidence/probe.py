"""Measurements of both networks from outside, after each epoch: always on the same real images, held-out images and latents."""

from typing import Any, NamedTuple

import keras
import numpy as np

from pipeline.doctor.evidence.tensors import images_in, with_images

Array = np.ndarray


class Probe(NamedTuple):
    """Fixed inputs with which both networks are measured: tensors or dictionaries of them, one row per image, all with the same number of rows.

    Attributes:
        latent: what the generator takes.
        real: training images, as the discriminator takes them. Samples are discriminated with the labels that stand beside these images.
        held_out: images that are not trained on, as the discriminator takes them; None if there are none.

    Example:
        >>> import numpy as np
        >>> latents, images = np.zeros((8, 3), "float32"), np.ones((8, 4), "float32")
        >>> Probe(latents, images).held_out is None
        True
    """

    latent: Any
    real: Any
    held_out: Any | None = None


def measure_networks(
    generator: keras.Model, discriminator: keras.Model, probe: Probe, before: Array | None, real_is_up: bool = True
) -> tuple[dict[str, float], Array]:
    """Measure both networks.

    Args:
        generator: the generator, called with `probe.latent`.
        discriminator: the discriminator, called with real images, held-out images and samples.
        probe: the fixed inputs.
        before: the samples of the previous measurement, or None.
        real_is_up: whether the discriminator's loss wants high outputs for real images; if not, outputs are reported with the opposite sign.

    Returns:
        The measurements by name, and the samples (n, ...).
    """
    samples = np.asarray(keras.ops.convert_to_numpy(generator(probe.latent, training=False)), "float32")
    images = images_in(probe.real, samples.shape[1:])[0].astype("float32")
    up = 1 if real_is_up else -1
    real, fake = (up * _discriminate(discriminator, given) for given in (probe.real, with_images(probe.real, keras.ops.convert_to_tensor(samples))))
    measured = {
        "output_real": float(real.mean()),
        "output_fake": float(fake.mean()),
        "output_real_sd": float(real.std()),
        "real_fake_auc": auc(real, fake),
        "sample_low": float(samples.min()),
        "sample_high": float(samples.max()),
        "diversity": ratio(samples.std(axis=0), images.std(axis=0)),
        "nearest_neighbour_ratio": ratio(nearest(samples), nearest(images)),
        "mean_image_distance": ratio(samples.mean(axis=0) - images.mean(axis=0), images.mean(axis=0) - images.min()),
        "contrast": float(samples.std() / max(float(images.std()), 1e-12)),
    }
    if probe.held_out is not None:
        measured["train_heldout_auc"] = auc(real, up * _discriminate(discriminator, probe.held_out))
    if before is not None:
        measured["sample_change"] = ratio(samples - before, images - images.mean())
    return measured, samples


def auc(high: Array, low: Array) -> float:
    """The area under the ROC curve: the probability that one of `high` is above one of `low`, ties counting half.

    1 means that outputs separate the two perfectly, 0.5 that they do not separate them at all.
    """
    if not (np.isfinite(high).all() and np.isfinite(low).all()):
        return float("nan")
    difference = high[:, None] - low[None, :]
    return float((difference > 0).mean() + (difference == 0).mean() / 2)


def nearest(images: Array) -> Array:
    """The distance from each image to the nearest other one, (n,)."""
    flat = images.reshape(len(images), -1).astype("float64")
    squares = (flat**2).sum(axis=1)
    distances = squares[:, None] + squares[None, :] - 2 * flat @ flat.T
    np.fill_diagonal(distances, np.inf)
    return np.sqrt(np.maximum(distances.min(axis=1), 0))


def ratio(of: Array, to: Array) -> float:
    """The root mean square of one array over that of the other."""
    return float(np.sqrt(np.mean(np.square(of, dtype="float64"))) / max(float(np.sqrt(np.mean(np.square(to, dtype="float64")))), 1e-12))


def _discriminate(discriminator: keras.Model, inputs: Any) -> Array:
    """One output per row, (n,)."""
    outputs = np.asarray(keras.ops.convert_to_numpy(discriminator(inputs, training=False)), "float32")
    return outputs.reshape(len(outputs), -1).mean(axis=1)
