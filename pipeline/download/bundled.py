"""The digits that scikit-learn carries, drawn like MNIST's: a small real data set for machines without a network."""

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from pipeline.data.digits import SIDE, Bytes
from pipeline.data.idx import IDX_FILES, encode_idx

BOX = 20  # pixels: the side of MNIST's bounding box for a digit
TEST_EVERY = 5  # every fifth bundled digit is a test digit


def bundled_digits() -> dict[str, bytes]:
    """Make IDX files of the 1797 digits of 8x8 (Alpaydin and Kaynak 1998), split by position into 1438 training and 359 test digits.

    Returns:
        The content of each of the four IDX files, by name.
    """
    bundled = load_digits()
    images = np.stack([_like_mnist(image) for image in bundled.images])
    labels = bundled.target.astype(np.uint8)
    test = np.arange(len(labels)) % TEST_EVERY == TEST_EVERY - 1
    arrays = (images[~test], labels[~test], images[test], labels[test])
    return {name: encode_idx(array) for name, array in zip(IDX_FILES, arrays, strict=True)}


def _like_mnist(image: np.ndarray) -> Bytes:
    """Enlarge 8x8 values from 0 to 16 to 20x20 pixels and place them in 28x28 with the centre of mass in the middle."""
    enlarged = Image.fromarray((image * (255 / 16)).astype(np.uint8)).resize((BOX, BOX), Image.Resampling.BICUBIC)
    box = np.asarray(enlarged, np.float64)
    corners = [round(SIDE / 2 - (box.sum(axis=1 - axis) * (np.arange(BOX) + 0.5)).sum() / box.sum()) for axis in (0, 1)]
    top, left = np.clip(corners, 0, SIDE - BOX)
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    canvas[top : top + BOX, left : left + BOX] = np.asarray(enlarged)
    return canvas
