"""The directions of latent space in which a generator's samples change most."""

import keras
import numpy as np
from numpy.typing import NDArray

from pipeline.data.digits import CLASSES, Floats
from pipeline.gan import streams
from pipeline.gan.base import draw_latents, generator_inputs
from pipeline.settings.variants import VariantSettings

LATENTS = 32  # at which the change is measured
STEP = 0.05  # of a latent's coordinate


def leading_directions(generator: keras.Model, variant: VariantSettings, count: int) -> Floats:
    """The leading eigenvectors of E[J' J], where J is the derivative of the image by the latent, as finite differences.

    Along the first, the squared change of the pixels, averaged over latents and classes, is the largest that any direction has; the second is the
    largest at a right angle to the first, and so on (Constantine 2015, "Active Subspaces").

    Args:
        generator: with trained weights.
        variant: its settings.
        count: how many, or the latent's size if that is less.

    Returns:
        Unit vectors (count, latent_size), float32; the largest coordinate of each is positive.
    """
    latents, labels = np.asarray(draw_latents(variant, LATENTS, 0, streams.EVALUATION)), np.arange(LATENTS, dtype=np.int32) % CLASSES

    def pixels(moved: Floats) -> NDArray[np.float64]:
        return np.asarray(generator(generator_inputs(variant, moved, labels), training=False), np.float64).ravel()

    start = pixels(latents)
    change = np.stack([pixels(latents + STEP * axis) - start for axis in np.eye(variant.latent_size, dtype=np.float32)]) / STEP
    _, vectors = np.linalg.eigh(change @ change.T)
    leading = vectors.T[::-1][:count]
    largest = np.take_along_axis(leading, np.abs(leading).argmax(axis=1, keepdims=True), axis=1)
    return (leading * np.sign(largest)).astype(np.float32)
