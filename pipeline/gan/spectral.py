"""Spectral normalisation: layers of a discriminator that compute with kernel / sigma, sigma the kernel's largest singular value.

sigma = u' W v with unit vectors u and v = W' u / |W' u|, found by power iteration (Miyato et al. 2018, arXiv:1802.05957), W the kernel
as a matrix (outputs, inputs). The kernel itself is left alone, and u moves only when `iterate` is called, once a step: so real images,
samples and penalties meet the same network. Keras' own wrapper overwrites the kernel at every call (keras#20309).
"""

from typing import Any

import keras
import tensorflow as tf
from keras import layers, ops

Tensor = Any  # Keras carries no types
FIRST_ITERATIONS = 30  # from a random u, when the network is new
TINY = 1e-12  # keeps a zero kernel's vectors finite


class _Spectral(keras.Layer):
    """What the two layers have in common."""

    def add_weight(self, *arguments: Any, **options: Any) -> keras.Variable:
        """A weight that reaches `call` in float32 whatever the layer computes in: it is divided before it is rounded."""
        return super().add_weight(*arguments, **options | {"autocast": False})

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        direction = keras.initializers.RandomNormal(stddev=1.0)
        self.u = self.add_weight((self.kernel.shape[-1],), direction, trainable=False, name="u")
        for _ in range(FIRST_ITERATIONS):
            self.iterate()

    def iterate(self) -> None:
        """One step of the power iteration: u <- W v / |W v|."""
        matrix = self._matrix()
        v = _unit(tf.linalg.matvec(matrix, self.u, transpose_a=True))
        self.u.assign(_unit(tf.linalg.matvec(matrix, v)))

    def sigma(self) -> Tensor:
        """The largest singular value, a scalar; its gradient goes to the kernel alone."""
        matrix = self._matrix()
        u = tf.stop_gradient(tf.convert_to_tensor(self.u))
        v = tf.stop_gradient(_unit(tf.linalg.matvec(matrix, u, transpose_a=True)))
        return tf.reduce_sum(u * tf.linalg.matvec(matrix, v))

    def _matrix(self) -> Tensor:
        return tf.transpose(tf.reshape(self.kernel, (-1, self.kernel.shape[-1])))

    def _normalised_kernel(self) -> Tensor:
        return tf.cast(self.kernel / self.sigma(), self.compute_dtype)

    def _bias(self) -> Tensor:
        return tf.cast(self.bias, self.compute_dtype)


class SpectralDense(_Spectral, layers.Dense):
    """Dense(x) = x W / sigma + b."""

    def call(self, inputs: Tensor) -> Tensor:
        return ops.matmul(inputs, self._normalised_kernel()) + self._bias()


class SpectralConv2D(_Spectral, layers.Conv2D):
    """Conv2D(x) = x * W / sigma + b, with sigma of the kernel as a matrix, not of the convolution, as published."""

    def call(self, inputs: Tensor) -> Tensor:
        return ops.conv(inputs, self._normalised_kernel(), self.strides, self.padding) + self._bias()


def iterate_spectral_layers(network: keras.Model) -> None:
    """One power iteration in each of the network's spectral layers."""
    for layer in network.layers:
        if isinstance(layer, _Spectral):
            layer.iterate()


def _unit(vector: Tensor) -> Tensor:
    return vector / (tf.norm(vector) + TINY)
