"""The one conversion between bytes and floats."""

import numpy as np

from pipeline.data.digits import Bytes, Floats


def to_float(images: Bytes, low: float) -> Floats:
    """Map 0..255 onto [low, 1]: (n, 28, 28) bytes to (n, 28, 28, 1) floats."""
    return (low + images[..., np.newaxis].astype(np.float32) * np.float32((1 - low) / 255)).astype(np.float32)


def to_bytes(images: Floats, low: float) -> Bytes:
    """The inverse of `to_float`; values outside [low, 1] are clipped."""
    scaled = np.rint((images[..., 0].astype(np.float64) - low) * (255 / (1 - low)))
    return np.clip(scaled, 0, 255).astype(np.uint8)
