"""A look at both networks from outside, after each epoch: always the same real images, held-out images and latents."""

from typing import Any, NamedTuple

import keras
import numpy as np

from pipeline.doctor.evidence.tensors import images_in, with_images

Array = np.ndarray


class Probe(NamedTuple):
    """What the networks are given. Arrays or dictionaries of them, a row per image, all of the same number of rows."""

    latent: Any  # as the generator takes it
    real: Any  # training images as the discriminator takes them; samples are judged with what stands beside them there (labels)
    held_out: Any | None = None  # images that are not trained on, likewise


def look(
    generator: keras.Model, discriminator: keras.Model, probe: Probe, before: Array | None, real_is_up: bool = True
) -> tuple[dict[str, float], Array]:
    """Numbers about the two networks, and the samples (n, ...). `before` are the samples of the previous look.

    Outputs are told as if real images were to get high ones; real_is_up says whether they are.
    """
    samples = np.asarray(keras.ops.convert_to_numpy(generator(probe.latent, training=False)), "float32")
    images = images_in(probe.real, samples.shape[1:])[0].astype("float32")
    up = 1 if real_is_up else -1
    real, fake = (up * _judge(discriminator, given) for given in (probe.real, with_images(probe.real, keras.ops.convert_to_tensor(samples))))
    found = {
        "output_real": float(real.mean()),
        "output_fake": float(fake.mean()),
        "output_real_sd": float(real.std()),
        "separation": separation(real, fake),
        "sample_low": float(samples.min()),
        "sample_high": float(samples.max()),
        "diversity": ratio(samples.std(axis=0), images.std(axis=0)),
        "crowding": ratio(nearest(samples), nearest(images)),
        "mean_image_distance": ratio(samples.mean(axis=0) - images.mean(axis=0), images.mean(axis=0) - images.min()),
        "contrast": float(samples.std() / max(float(images.std()), 1e-12)),
    }
    if probe.held_out is not None:
        found["memory"] = separation(real, up * _judge(discriminator, probe.held_out))
    if before is not None:
        found["sample_change"] = ratio(samples - before, images - images.mean())
    return found, samples


def separation(high: Array, low: Array) -> float:
    """The probability that one of `high` is above one of `low`, ties counting half: 1 = told apart, 0.5 = not at all (area under the ROC curve)."""
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
    """The root mean square of one over that of the other."""
    return float(np.sqrt(np.mean(np.square(of, dtype="float64"))) / max(float(np.sqrt(np.mean(np.square(to, dtype="float64")))), 1e-12))


def _judge(discriminator: keras.Model, inputs: Any) -> Array:
    outputs = np.asarray(keras.ops.convert_to_numpy(discriminator(inputs, training=False)), "float32")
    return outputs.reshape(len(outputs), -1).mean(axis=1)
