"""Gradient penalties: what keeps a discriminator smooth. Gradients pass through its layers in the precision that these compute in; the
gradient at an image, its norm and the penalty are float32.

`judge` maps images (n, 28, 28, 1) to outputs (n,); it must treat each image by itself: batch statistics would mix the images' gradients.
"""

from collections.abc import Callable

import tensorflow as tf

Judge = Callable[[tf.Tensor], tf.Tensor]
TINY = 1e-12  # under the root: the norm's own gradient is finite at a zero gradient


def judge_with_penalty(judge: Judge, images: tf.Tensor, gamma: float) -> tuple[tf.Tensor, tf.Tensor]:
    """D(x), (n,), and the zero-centred penalty gamma/2 E ||grad_x D(x)||^2, a scalar; gamma 0 costs nothing.

    At real images it is R1, at samples R2 (Mescheder et al. 2018, arXiv:1801.04406).
    """
    if gamma == 0:
        return judge(images), tf.zeros(())
    outputs, squared_norms = _judge_with_slope(judge, images)
    return outputs, gamma / 2 * tf.reduce_mean(squared_norms)


def gradient_penalty(judge: Judge, real: tf.Tensor, fake: tf.Tensor, weight: float, key: tf.Tensor) -> tf.Tensor:
    """weight E (||grad D(x^)|| - 1)^2, a scalar, at points x^ between pairs of images (Gulrajani et al. 2017, arXiv:1704.00028)."""
    if weight == 0:
        return tf.zeros(())
    _, squared_norms = _judge_with_slope(judge, interpolate(real, fake, key))
    return weight * tf.reduce_mean(tf.square(tf.sqrt(squared_norms + TINY) - 1))


def interpolate(real: tf.Tensor, fake: tf.Tensor, key: tf.Tensor) -> tf.Tensor:
    """e x + (1 - e) Gz with e uniform on (0, 1), one per pair, a pure function of `key` (2,)."""
    e = tf.random.stateless_uniform((tf.shape(real)[0], 1, 1, 1), key)
    return e * real + (1 - e) * fake


def _judge_with_slope(judge: Judge, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """D(x) and ||grad_x D(x)||^2, both (n,)."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = judge(images)
    gradient = tape.gradient(outputs, images)
    return outputs, tf.reduce_sum(tf.square(gradient), axis=[1, 2, 3])
