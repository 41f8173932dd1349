"""Inputs of networks, whatever their structure: a tensor, or a dictionary, list or tuple of tensors."""

from typing import Any

import keras
import numpy as np
from keras import tree


def arrays(structure: Any) -> list[np.ndarray]:
    """All arrays of a structure."""
    return [np.asarray(keras.ops.convert_to_numpy(leaf)) for leaf in tree.flatten(structure)]


def is_float(array: Any) -> bool:
    """Whether its values are floating-point numbers."""
    return "float" in keras.backend.standardize_dtype(array.dtype)


def is_image(array: Any, image_shape: tuple[int, ...]) -> bool:
    """Whether it is a batch of floats, each row of the images' shape."""
    return tuple(array.shape[1:]) == image_shape and is_float(array)


def images_in(structure: Any, image_shape: tuple[int, ...]) -> list[np.ndarray]:
    """The batches of images in a structure."""
    return [array for array in arrays(structure) if is_image(array, image_shape)]


def image_shape(batch: Any) -> tuple[int, ...]:
    """The shape of one image in a batch of real images: that of the float array with the most dimensions."""
    floats = [array for array in arrays(batch) if is_float(array)]
    return tuple(max(floats, key=lambda array: array.ndim).shape[1:]) if floats else ()


def with_images(structure: Any, images: Any) -> Any:
    """The structure with its images replaced by `images`."""
    image_shape = tuple(images.shape[1:])
    return tree.map_structure(lambda leaf: images if is_image(leaf, image_shape) else leaf, structure)


def rows(structure: Any, start: int, stop: int) -> Any:
    """Rows start to stop of every array."""
    return tree.map_structure(lambda leaf: leaf[start:stop], structure)
