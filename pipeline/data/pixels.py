"""The conversion between images of bytes and images of floats."""

import numpy as np

from pipeline.data.digits import Bytes, Floats


def to_float(images: Bytes, low: float) -> Floats:
    """Map bytes, 0 to 255, to floats in [low, 1].

    Args:
        images: (n, 28, 28) bytes, or (n, 28, 28, c) with several digits as channels.
        low: What 0 becomes: -1 for a generator that ends in tanh, 0 for one that ends in a sigmoid.

    Returns:
        (n, 28, 28, 1) floats, or (n, 28, 28, c).

    >>> to_float(np.array([[[0, 255]]], np.uint8), low=-1).ravel().tolist()
    [-1.0, 1.0]
    """
    channels = images if images.ndim == 4 else images[..., np.newaxis]
    return (low + channels.astype(np.float32) * np.float32((1 - low) / 255)).astype(np.float32)


def to_bytes(images: Floats, low: float) -> Bytes:
    """Map floats in [low, 1] to bytes, 0 to 255: the inverse of `to_float`.

    Args:
        images: (n, 28, 28, c) floats; values outside [low, 1] are clipped.
        low: What becomes 0.

    Returns:
        (n, 28, 28) bytes if there is one channel, otherwise (n, 28, 28, c).

    >>> to_bytes(np.array([[[[-1.0], [0.0], [7.0]]]], np.float32), low=-1).ravel().tolist()
    [0, 128, 255]
    """
    scaled = np.rint((images.astype(np.float64) - low) * (255 / (1 - low)))
    pixels = np.clip(scaled, 0, 255).astype(np.uint8)
    return pixels[..., 0] if pixels.shape[-1] == 1 else pixels
