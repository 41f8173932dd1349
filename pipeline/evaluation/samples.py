"""The samples of a cell: drawn from its generator, and with what the classifier computes for them."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.data.digits import SIDE, Bytes
from pipeline.data.pixels import to_bytes
from pipeline.files.cells import GENERATOR
from pipeline.files.weights import read_weights
from pipeline.gan import streams
from pipeline.gan.base import draw_latents, generator_inputs, image_low
from pipeline.gan.networks.build import build_generator
from pipeline.settings.variants import VariantSettings


class Drawn(NamedTuple):
    """The samples of a cell; none if its training did not finish."""

    images: Bytes  # (n, 28, 28), single digits
    predicted: NDArray[np.integer]  # (n,) the classes that the classifier predicts
    requested: NDArray[np.integer] | None  # (n,) the classes requested of the generator, None if it is unconditional
    distances: NDArray[np.float64]  # (n,) to the nearest training image
    nearest: NDArray[np.integer]  # (n,) the number of that training image


def draw_samples(cell: Path, variant: VariantSettings, labels: NDArray[np.int32], seed: int) -> Bytes:
    """Draw one image per label from a trained generator.

    Args:
        cell: the folder of the trained cell, which holds the generator's weights.
        variant: the settings that it was trained with.
        labels: the classes to draw, (n,); an unconditional generator ignores all but their number.
        seed: of the latents.

    Returns:
        Images (n, 28, 28), 0 = background, or (n, 28, 28, c) of a variant with several digits per image.

    >>> from tempfile import TemporaryDirectory
    >>> from pipeline.settings.params import load_settings
    >>> variant = load_settings().gan["answer"]
    >>> with TemporaryDirectory() as folder:
    ...     build_generator(variant).save_weights(Path(folder) / GENERATOR)
    ...     images = draw_samples(Path(folder), variant, np.zeros(3, np.int32), seed=0)
    >>> images.shape, images.dtype
    ((3, 28, 28), dtype('uint8'))
    """
    generator = build_generator(variant)
    read_weights(generator, cell / GENERATOR)
    latents = draw_latents(variant, len(labels), seed, streams.EVALUATION).numpy()
    return to_bytes(generator.predict(generator_inputs(variant, latents, labels), batch_size=500, verbose=0), image_low(variant))


def nothing_drawn() -> Drawn:
    """The samples of a cell that diverged: none."""
    none = np.zeros(0, int)
    return Drawn(np.zeros((0, SIDE, SIDE), np.uint8), none, None, np.zeros(0), none)
