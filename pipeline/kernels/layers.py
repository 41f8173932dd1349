"""Keras' layers with kernels that are faster in training on a CPU: the same formulas, variables and names, other rounding.

`with_fast_layers` gives a network these layers. The files of its weights are those of Keras' own layers. docs/performance.md has what each gains.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import layers

from pipeline.kernels.one_channel import convolve, transposed

Tensor = Any  # Keras carries no types
LEAK = 0.2  # of Keras' leaky_relu


class Dense(layers.Dense):
    """A dense layer that keeps its latest outputs, of which `discriminate_with_penalty` needs the gradient."""

    def call(self, inputs: Tensor) -> Tensor:
        self.affine = super().call(inputs)
        return self.affine


class Conv2D(layers.Conv2D):
    """A convolution that keeps its latest outputs, and has a gradient of its own at images with one channel."""

    def call(self, inputs: Tensor) -> Tensor:
        if self.use_bias and _halves_one_channel(self, inputs):
            self.affine = tf.nn.bias_add(convolve(inputs, _cast(self.kernel, inputs)), _cast(self.bias, inputs))
        else:
            self.affine = super().call(inputs)
        return self.affine


class Conv2DTranspose(layers.Conv2DTranspose):
    """A transposed convolution with a kernel of its own where it makes images with one channel."""

    def call(self, inputs: Tensor) -> Tensor:
        if self.use_bias and self.filters == 1 and _is_4_by_2(self):
            return transposed(inputs, _cast(self.kernel, inputs)) + _cast(self.bias, inputs)
        return super().call(inputs)


class BatchNormalization(layers.BatchNormalization):
    """Batch normalisation of a grid in one operation; Keras' own takes about ten in training.

    Where several devices train one model, the statistics are those of the whole batch, and Keras' own is used.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"synchronized": tf.distribute.get_strategy().num_replicas_in_sync > 1})

    def call(self, inputs: Tensor, training: bool | None = None, mask: Tensor | None = None) -> Tensor:
        if not training or self.synchronized or len(inputs.shape) != 4:
            return super().call(inputs, training=training, mask=mask)
        scale, offset = tf.convert_to_tensor(self.gamma), tf.convert_to_tensor(self.beta)
        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(inputs, scale, offset, epsilon=self.epsilon, is_training=True)
        count = tf.cast(tf.size(inputs) // inputs.shape[-1], mean.dtype)
        variance *= (count - 1) / count  # TensorFlow's is the unbiased one
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + now * (1 - self.momentum))
        return outputs


class Activation(layers.Activation):
    """An activation whose gradient has no gradient with respect to the inputs: it is zero almost everywhere.

    TensorFlow's own is a tensor of zeros, which second derivatives then carry through the whole network.
    """

    def call(self, inputs: Tensor) -> Tensor:
        if self.activation is keras.activations.leaky_relu:
            return _leaky_relu(inputs)
        return _relu(inputs) if self.activation is keras.activations.relu else super().call(inputs)


KINDS = {kind.__base__: kind for kind in (Dense, Conv2D, Conv2DTranspose, BatchNormalization, Activation)}


def with_fast_layers(network: keras.Model) -> keras.Model:
    """A network with the same layers, some of them the faster ones, and with variables of its own that have the same values.

    >>> network = with_fast_layers(keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(8, 4, 2, "same")]))
    >>> network.layers[0].__class__.__module__, network(tf.zeros((5, 28, 28, 1))).shape
    ('pipeline.kernels.layers', TensorShape([5, 14, 14, 8]))
    """
    fast = keras.models.clone_model(network, clone_function=lambda layer: KINDS.get(type(layer), type(layer)).from_config(layer.get_config()))
    fast.set_weights(network.get_weights())
    return fast


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _leaky_relu(inputs: Tensor) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    fixed = tf.stop_gradient(inputs)
    return tf.nn.leaky_relu(inputs, LEAK), lambda upstream: tf.raw_ops.LeakyReluGrad(gradients=upstream, features=fixed, alpha=LEAK)


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _relu(inputs: Tensor) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    outputs = tf.nn.relu(inputs)
    fixed = tf.stop_gradient(outputs)
    return outputs, lambda upstream: tf.raw_ops.ReluGrad(gradients=upstream, features=fixed)


def _halves_one_channel(layer: layers.Conv2D, images: Tensor) -> bool:
    return images.shape[3] == 1 and images.shape[1] % 2 == images.shape[2] % 2 == 0 and _is_4_by_2(layer)


def _is_4_by_2(layer: Any) -> bool:
    return layer.kernel_size == (4, 4) and layer.strides == (2, 2) and layer.padding == "same"


def _cast(variable: keras.Variable, inputs: Tensor) -> Tensor:
    return tf.cast(variable, inputs.dtype)
