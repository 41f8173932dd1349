"""Images of several digits, each of them a colour channel: Stacked MNIST (Metz et al. 2016, arXiv:1611.02163), whose three digits make 1000 modes."""

import numpy as np

from pipeline.data.digits import Bytes

DIGITS = 3  # of an image


def as_digits(images: Bytes) -> Bytes:
    """The digits in images (..., 28, 28, c), each by itself, those of an image one after the other: (..., 28, 28), c times as many.

    >>> as_digits(np.zeros((5, 28, 28, 3), np.uint8)).shape, as_digits(np.zeros((2, 5, 28, 28, 3), np.uint8)).shape
    ((15, 28, 28), (2, 15, 28, 28))
    """
    return np.moveaxis(images, -1, -3).reshape(*images.shape[:-4], -1, *images.shape[-3:-1])


def with_following(images: Bytes, digits_per_image: int) -> Bytes:
    """As many images as there are, each with those that follow it as its further channels; the first images follow the last.

    Args:
        images: single digits, (n, 28, 28).
        digits_per_image: c.

    Returns:
        (n, 28, 28, c), or the images as they are if c is 1.

    >>> with_following(np.arange(3, dtype=np.uint8)[:, None, None], digits_per_image=3)[1].tolist()
    [[[1, 2, 0]]]
    """
    if digits_per_image == 1:
        return images
    return np.stack([np.roll(images, -place, axis=0) for place in range(digits_per_image)], axis=-1)
