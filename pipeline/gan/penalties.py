"""Gradient penalties: what keeps a discriminator smooth."""

from collections.abc import Callable

import tensorflow as tf


def judge_with_penalty(judge: Callable[[tf.Tensor], tf.Tensor], images: tf.Tensor, gamma: float) -> tuple[tf.Tensor, tf.Tensor]:
    """D(x), (n,), and the zero-centred penalty gamma/2 E ||grad_x D(x)||^2, a scalar; gamma 0 costs nothing.

    At real images it is R1, at samples R2 (Mescheder et al. 2018, arXiv:1801.04406).
    `judge` must treat each image by itself: batch statistics would mix the images' gradients.
    """
    if gamma == 0:
        return judge(images), tf.zeros(())
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = judge(images)
    gradient = tape.gradient(outputs, images)
    return outputs, gamma / 2 * tf.reduce_mean(tf.reduce_sum(tf.square(gradient), axis=[1, 2, 3]))
