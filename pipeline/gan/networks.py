"""Generators and discriminators, sized by a variant's settings, of Keras' own layers only: a saved one loads without this package.

A generator maps {"latent": (n, z)[, "label": (n,)]} to images (n, 28, 28, 1) in [low, 1].
A discriminator maps {"image": (n, 28, 28, 1)[, "label": (n,)]} to one output per image, (n,).
A new network is a pair of functions and one line in `NETWORKS`.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import initializers, layers

from pipeline.data import CLASSES, SIDE
from pipeline.params import VariantSettings

Tensor = Any  # a symbolic tensor: Keras carries no types
Body = Callable[[VariantSettings, Tensor], Tensor]


def build_generator(variant: VariantSettings) -> keras.Model:
    """The generator; a class is told to it as a one-hot vector beside the latent."""
    latent = keras.Input((variant.latent_size,), name="latent")
    inputs, hidden = {"latent": latent}, latent
    if variant.conditional:
        inputs["label"] = keras.Input((), dtype="int32", name="label")
        hidden = layers.Concatenate(name="latent_and_class")([latent, _one_hot(inputs["label"])])
    generate, _ = NETWORKS[variant.network]
    return keras.Model(inputs, generate(variant, hidden), name="generator")


def build_discriminator(variant: VariantSettings, name: str = "discriminator") -> keras.Model:
    """The discriminator; a conditional one has an output per class and returns the one of the class asked for."""
    inputs = {"image": keras.Input((SIDE, SIDE, 1), name="image")}
    _, judge = NETWORKS[variant.network]
    outputs = _dense(variant, CLASSES if variant.conditional else 1, "output")(judge(variant, inputs["image"]))
    if variant.conditional:
        inputs["label"] = keras.Input((), dtype="int32", name="label")
        outputs = layers.Dot(1, name="own_class")([outputs, _one_hot(inputs["label"])])
    outputs = layers.Activation(variant.discriminator_activation, name="activation")(outputs)
    return keras.Model(inputs, layers.Reshape((), name="per_image")(outputs), name=name)


def _generate_dense(variant: VariantSettings, hidden: Tensor) -> Tensor:
    hidden = _dense(variant, variant.width, "hidden")(hidden)
    hidden = layers.Activation(variant.hidden_activation, name="hidden_activation")(hidden)
    pixels = _dense(variant, SIDE * SIDE, "pixels")(hidden)
    pixels = layers.Activation(variant.output_activation, name="output_activation")(pixels)
    return layers.Reshape((SIDE, SIDE, 1), name="image")(pixels)


def _judge_dense(variant: VariantSettings, image: Tensor) -> Tensor:
    hidden = _dense(variant, variant.width, "hidden")(layers.Flatten(name="pixels")(image))
    return layers.Activation(variant.hidden_activation, name="hidden_activation")(hidden)


def _generate_convolutional(variant: VariantSettings, hidden: Tensor) -> Tensor:
    """Dense to 7x7, then two doublings by 4x4 transposed convolutions (DCGAN, Radford et al. 2015, arXiv:1511.06434)."""
    side, channels = SIDE // 4, 2 * variant.width
    hidden = _dense(variant, side * side * channels, "hidden")(hidden)
    hidden = layers.Reshape((side, side, channels), name="grid")(hidden)
    hidden = _normalised(variant, hidden, 0)
    hidden = layers.Conv2DTranspose(variant.width, 4, 2, "same", use_bias=False, **_initial(variant), name="double_1")(hidden)
    hidden = _normalised(variant, hidden, 1)
    image = layers.Conv2DTranspose(1, 4, 2, "same", **_initial(variant), name="double_2")(hidden)
    return layers.Activation(variant.output_activation, name="image")(image)


def _judge_convolutional(variant: VariantSettings, image: Tensor) -> Tensor:
    """Three halvings by 4x4 convolutions and a dense layer; no normalisation, which gradient penalties could not bear."""
    hidden = image
    for number in range(3):
        hidden = layers.Conv2D(variant.width * 2**number, 4, 2, "same", **_initial(variant), name=f"halve_{number}")(hidden)
        hidden = layers.Activation(variant.hidden_activation, name=f"activation_{number}")(hidden)
    hidden = _dense(variant, variant.width * 8, "hidden")(layers.Flatten(name="flatten")(hidden))
    return layers.Activation(variant.hidden_activation, name="hidden_activation")(hidden)


def _normalised(variant: VariantSettings, hidden: Tensor, number: int) -> Tensor:
    hidden = layers.BatchNormalization(name=f"norm_{number}")(hidden)
    return layers.Activation(variant.hidden_activation, name=f"activation_{number}")(hidden)


def _dense(variant: VariantSettings, units: int, name: str) -> layers.Dense:
    return layers.Dense(units, **_initial(variant), name=name)


def _initial(variant: VariantSettings) -> dict[str, initializers.Initializer]:
    if variant.initializer == "normal":
        return {"kernel_initializer": initializers.RandomNormal(stddev=1.0), "bias_initializer": initializers.RandomNormal(stddev=1.0)}
    return {"kernel_initializer": initializers.GlorotUniform(), "bias_initializer": initializers.Zeros()}


def _one_hot(label: Tensor) -> Tensor:
    return layers.CategoryEncoding(CLASSES, output_mode="one_hot", name="class")(layers.Reshape((1,))(label))


NETWORKS: dict[str, tuple[Body, Body]] = {
    "dense": (_generate_dense, _judge_dense),
    "convolutional": (_generate_convolutional, _judge_convolutional),
}
