"""Gradient penalties: they keep a discriminator smooth by penalising the gradient of its output with respect to its input image.

`discriminate` maps images (n, 28, 28, 1) to outputs (n,). It must treat each image by itself: batch statistics would mix the images'
gradients. Its layers may compute in a lower precision; the gradient at an image, its norm and the penalty are float32.
"""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from pipeline.gan.replicas import own_rows

Discriminate = Callable[[tf.Tensor], tf.Tensor]
TINY = 1e-12  # under the root: the norm's own gradient is finite at a zero gradient


def discriminate_with_penalty(
    discriminate: Discriminate, images: tf.Tensor, gamma: float, affine_layers: Sequence[Any] = ()
) -> tuple[tf.Tensor, tf.Tensor]:
    """The outputs for images, and the penalty on the gradients there, gamma/2 E ||grad_x D(x)||^2.

    At real images the penalty is R1, at samples R2 (Mescheder et al. 2018, arXiv:1801.04406).

    A network of affine layers W h + b and piecewise linear activations is homogeneous in x and all its b together, so by Euler's theorem
    D(x) = x . grad_x D(x) + sum of b . grad_b D(x). With `affine_layers` the outputs are differentiated in this form. The weights then receive the
    gradients of loss and penalty from one pass back through the network, where else each has a pass of its own; their sum is the same.

    Args:
        discriminate: D, images to outputs.
        images: x, (n, 28, 28, 1).
        gamma: weight of the penalty; 0 computes no gradient.
        affine_layers: all layers of D with a bias, if D is such a network; each has its latest outputs as `affine`: see `pipeline.kernels.layers`.

    Returns:
        D(x), (n,), and the penalty, a scalar.

    >>> outputs, penalty = discriminate_with_penalty(lambda x: 3 * tf.reduce_sum(x, [1, 2, 3]), tf.ones((2, 28, 28, 1)), gamma=2.0)
    >>> outputs.shape, float(penalty)  # the gradient is 3 at each of 784 pixels
    (TensorShape([2]), 7056.0)
    """
    if gamma == 0:
        return discriminate(images), tf.zeros(())
    outputs, squared_norms = _discriminate_with_gradient(discriminate, images, affine_layers)
    return outputs, gamma / 2 * tf.reduce_mean(squared_norms)


def gradient_penalty(discriminate: Discriminate, real: tf.Tensor, fake: tf.Tensor, weight: float, key: tf.Tensor) -> tf.Tensor:
    """The penalty on gradient norms other than 1 between images and samples, weight E (||grad D(x^)|| - 1)^2 (WGAN-GP, Gulrajani et al. 2017,
    arXiv:1704.00028).

    Args:
        discriminate: D, images to outputs.
        real: images (n, 28, 28, 1).
        fake: samples (n, 28, 28, 1); x^ lies at random between an image and a sample: `interpolate`.
        weight: 10 in the paper; 0 computes no gradient.
        key: seed of the interpolation, two int64.

    Returns:
        The penalty, a scalar.

    >>> real, fake, key = tf.ones((2, 28, 28, 1)), tf.zeros((2, 28, 28, 1)), tf.constant([0, -1000], tf.int64)
    >>> round(float(gradient_penalty(lambda x: tf.reduce_sum(x, [1, 2, 3]), real, fake, 10.0, key)))  # 784 ones have the norm 28
    7290
    """
    if weight == 0:
        return tf.zeros(())
    _, squared_norms = _discriminate_with_gradient(discriminate, interpolate(real, fake, key))
    return weight * tf.reduce_mean(tf.square(tf.sqrt(squared_norms + TINY) - 1))


def interpolate(real: tf.Tensor, fake: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
    """e x + (1 - e) Gz with e uniform on (0, 1), one per pair, a pure function of `key` (2,).

    >>> points = interpolate(tf.ones((2, 28, 28, 1)), tf.zeros((2, 28, 28, 1)), tf.constant([0, -1000], tf.int64))
    >>> points.shape, bool(tf.reduce_all((points > 0) & (points < 1)))
    (TensorShape([2, 28, 28, 1]), True)
    """
    e = own_rows(lambda count: tf.random.stateless_uniform((count, 1, 1, 1), key), tf.shape(real)[0])
    return e * real + (1 - e) * fake


def _discriminate_with_gradient(discriminate: Discriminate, images: tf.Tensor, affine_layers: Sequence[Any] = ()) -> tuple[tf.Tensor, tf.Tensor]:
    """D(x) and ||grad_x D(x)||^2, both (n,)."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = discriminate(images)
        affine = [layer.affine for layer in affine_layers]
    gradient, *at_affine = tape.gradient(outputs, [images, *affine])
    if affine_layers:
        of_biases = [layer.bias * tf.cast(part, tf.float32) for layer, part in zip(affine_layers, at_affine, strict=True)]
        euler = tf.add_n([_sum_per_image(part) for part in (images * gradient, *of_biases)])
        outputs = euler + tf.stop_gradient(outputs - euler)  # the same value, without the rounding of a second way to it
    return outputs, _sum_per_image(tf.square(gradient))


def _sum_per_image(values: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(values, axis=list(range(1, len(values.shape))))
