"""The layers that networks are made of, with the initialisation and normalisation of a variant's settings."""

from typing import Any

import keras
from keras import initializers, layers, ops

from pipeline.gan.spectral import SpectralConv2D, SpectralDense
from pipeline.settings.variants import VariantSettings

Tensor = Any  # a symbolic tensor: Keras carries no types


def dense(variant: VariantSettings, units: int, name: str, in_discriminator: bool) -> layers.Dense:
    """An affine layer; in the discriminator with spectral normalisation, if the variant has it."""
    kind = SpectralDense if in_discriminator and variant.spectral_normalization else layers.Dense
    return kind(units, name=name, **_kernel(variant, in_discriminator))


def convolution(variant: VariantSettings, channels: int, size: int, name: str, in_discriminator: bool, stride: int = 1) -> layers.Conv2D:
    """A convolution that keeps the number of pixels per side, or divides it by `stride`."""
    kind = SpectralConv2D if in_discriminator and variant.spectral_normalization else layers.Conv2D
    return kind(channels, size, stride, "same", name=name, **_kernel(variant, in_discriminator))


def double(variant: VariantSettings, channels: int, name: str) -> layers.Conv2DTranspose:
    """A transposed 4x4 convolution that doubles the pixels per side; its kernel is a multiple of its stride, which avoids checkerboard patterns."""
    return layers.Conv2DTranspose(channels, 4, 2, "same", name=name, **_kernel(variant, in_discriminator=False))


def activate(variant: VariantSettings, hidden: Tensor, name: str, in_discriminator: bool) -> Tensor:
    """The variant's normalisation, if any, and its activation."""
    if (variant.discriminator_normalization if in_discriminator else variant.generator_normalization) == "batch":
        hidden = layers.BatchNormalization(name=f"{name}_norm")(hidden)
    return layers.Activation(variant.hidden_activation, name=f"{name}_activation")(hidden)


def _kernel(variant: VariantSettings, in_discriminator: bool) -> dict[str, Any]:
    constraint = Clip(variant.weight_clip) if in_discriminator and variant.weight_clip else None
    if variant.initializer == "normal":
        start = {"kernel_initializer": initializers.RandomNormal(stddev=1.0), "bias_initializer": initializers.RandomNormal(stddev=1.0)}
    else:
        start = {"kernel_initializer": initializers.GlorotUniform(), "bias_initializer": initializers.Zeros()}
    return start | {"kernel_constraint": constraint}


@keras.saving.register_keras_serializable("pipeline")
class Clip(keras.constraints.Constraint):
    """Weights clipped to [-limit, limit] after every update, as in the first Wasserstein GAN (Arjovsky et al. 2017, arXiv:1701.07875)."""

    def __init__(self, limit: float) -> None:
        self.limit = limit

    def __call__(self, weight: Tensor) -> Tensor:
        return ops.clip(weight, -self.limit, self.limit)

    def get_config(self) -> dict[str, float]:
        return {"limit": self.limit}
