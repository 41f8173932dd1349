"""A 4x4 convolution with stride 2 of images with one channel, and its transpose: each is the other's gradient.

oneDNN computes the transpose in blocks of 16 channels and takes three to four times as long as a product of matrices.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

Gradient = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


@tf.custom_gradient  # type: ignore[untyped-decorator]
def convolve(images: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
    """The convolution, with a border of zeros, one pixel wide: y[i, j] = sum over a, b of k[a, b] x[2i + a - 1, 2j + b - 1].

    Args:
        images: x, (n, 2h, 2w, 1).
        kernel: k, (4, 4, 1, c).

    Returns:
        y, (n, h, w, c).

    >>> convolve(tf.ones((1, 4, 4, 1)), tf.ones((4, 4, 1, 1)))[0, :, :, 0].numpy().tolist()
    [[9.0, 9.0], [9.0, 9.0]]
    """
    return tf.nn.conv2d(images, kernel, 2, "SAME"), lambda upstream: (transposed(upstream, kernel), _at_kernel(images, kernel, upstream))


@tf.custom_gradient  # type: ignore[untyped-decorator]
def transposed(grid: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
    """The transpose: each place of a grid adds 4x4 pixels to an image, which overlap those of its neighbours by half.

    Args:
        grid: (n, h, w, c).
        kernel: (4, 4, 1, c).

    Returns:
        Images (n, 2h, 2w, 1).

    >>> transposed(tf.ones((1, 2, 2, 1)), tf.ones((4, 4, 1, 1)))[0, :, :, 0].numpy().tolist()
    [[1.0, 2.0, 2.0, 1.0], [2.0, 4.0, 4.0, 2.0], [2.0, 4.0, 4.0, 2.0], [1.0, 2.0, 2.0, 1.0]]
    """
    height, width, channels = grid.shape[1:]
    # The kernel in four blocks of 2x2: each goes to a place of its own, half a kernel further in rows, columns or both.
    by_block = tf.transpose(tf.reshape(kernel, (2, 2, 2, 2, channels)), (0, 2, 1, 3, 4))
    pixels = tf.matmul(tf.reshape(grid, (-1, channels)), tf.reshape(by_block, (16, channels)), transpose_b=True)
    blocks = tf.reshape(tf.transpose(pixels), (4, 4, -1, height, width))
    borders = [((0, 0), (0, 0), (row, 1 - row), (column, 1 - column)) for row in (0, 1) for column in (0, 1)]
    places = [tf.pad(block, border) for block, border in zip(tf.unstack(blocks), borders, strict=True)]
    squares = tf.reshape(tf.add_n(places), (2, 2, -1, height + 1, width + 1))
    bordered = tf.reshape(tf.transpose(squares, (2, 3, 0, 4, 1)), (-1, 2 * height + 2, 2 * width + 2, 1))
    return bordered[:, 1:-1, 1:-1], lambda upstream: (convolve(upstream, kernel), _at_kernel(upstream, kernel, grid))


def _at_kernel(images: tf.Tensor, kernel: tf.Tensor, grid: tf.Tensor) -> tf.Tensor:
    """The gradient at the kernel of the sum of grid * convolve(images, kernel)."""
    options: dict[str, Any] = {"strides": [1, 2, 2, 1], "padding": "SAME"}
    return tf.raw_ops.Conv2DBackpropFilter(input=images, filter_sizes=tf.shape(kernel), out_backprop=grid, **options)
