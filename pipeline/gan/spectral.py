"""Spectral normalisation: layers of a discriminator that compute with kernel / sigma, where sigma is the kernel's largest singular value.

sigma = u' W v with unit vectors u and v = W' u / |W' u|, computed by power iteration (Miyato et al. 2018, arXiv:1802.05957); W is the kernel
as a matrix (outputs, inputs). The kernel itself does not change, and u changes only when `iterate` is called, once before each update of the
discriminator: real images, samples and penalties pass through the same network. Keras' own wrapper overwrites the kernel at every training call.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import layers, ops

Tensor = Any  # Keras carries no types
FIRST_ITERATIONS = 30  # from a random u, when the layer is built
U = "2"  # in a file of weights, after kernel and bias, which are all that Keras' layers write by themselves
TINY = 1e-12  # keeps a zero kernel's vectors finite


class _Spectral(keras.Layer):
    """The power iteration that both layers share."""

    def add_weight(self, *arguments: Any, **options: Any) -> keras.Variable:
        """A weight that stays float32 in `call`, whatever the layer computes in: it is divided by sigma before it is rounded."""
        return super().add_weight(*arguments, **options | {"autocast": False})

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        direction = keras.initializers.RandomNormal(stddev=1.0)
        self.u = self.add_weight((self.kernel.shape[-1],), direction, trainable=False, name="u")
        for _ in range(FIRST_ITERATIONS):
            self.iterate()

    def save_own_variables(self, store: Any) -> None:
        super().save_own_variables(store)
        store[U] = self.u

    def load_own_variables(self, store: Any) -> None:
        super().load_own_variables(store)
        self.u.assign(store[U])

    def iterate(self) -> None:
        """One step of the power iteration: u <- W v / |W v|."""
        matrix = self._matrix()
        v = _unit(tf.linalg.matvec(matrix, self.u, transpose_a=True))
        self.u.assign(_unit(tf.linalg.matvec(matrix, v)))

    def sigma(self) -> Tensor:
        """The largest singular value, a scalar; u and v count as constants in its gradient."""
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
        self.affine = ops.matmul(inputs, self._normalised_kernel()) + self._bias()
        return self.affine


class SpectralConv2D(_Spectral, layers.Conv2D):
    """Conv2D(x) = x * W / sigma + b, where sigma is that of the kernel as a matrix, as published, not that of the convolution."""

    def call(self, inputs: Tensor) -> Tensor:
        self.affine = ops.conv(inputs, self._normalised_kernel(), self.strides, self.padding) + self._bias()
        return self.affine


def iterate_spectral_layers(network: keras.Model) -> None:
    """One power iteration in each of the network's spectral layers."""
    for layer in network.layers:
        if isinstance(layer, _Spectral):
            layer.iterate()


def _unit(vector: Tensor) -> Tensor:
    return vector / (tf.norm(vector) + TINY)
