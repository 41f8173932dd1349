"""Generators and discriminators, sized by a variant's settings; a kind is a module with the functions `generate` and `judge`.

A generator maps {"latent": (n, z)[, "label": (n,)]} to images (n, 28, 28, 1) in [low, 1]. It is made of Keras' own layers: a saved one
loads without this package. A discriminator maps {"image": (n, 28, 28, 1)[, "label": (n,)]} to one output per image, (n,).
Images and outputs are float32 whatever the layers compute in.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
from keras import layers

from pipeline.data.digits import SIDE
from pipeline.gan.networks import dcgan, mlp, resnet
from pipeline.gan.networks.parts import Tensor, activate, dense
from pipeline.settings.variants import VariantSettings

NETWORKS = {"mlp": mlp, "dcgan": dcgan, "resnet": resnet}


def is_conditional(variant: VariantSettings) -> bool:
    """Whether both networks are told the class."""
    return variant.classes > 1


def build_generator(variant: VariantSettings, precision: str = "float32") -> keras.Model:
    """The generator; a class is told to it as a one-hot vector beside the latent."""
    with _layers_compute_in(precision):
        latent = keras.Input((variant.latent_size,), name="latent")
        inputs, hidden = {"latent": latent}, latent
        if is_conditional(variant):
            inputs["label"] = keras.Input((), dtype="int32", name="label")
            hidden = layers.Concatenate(name="latent_and_class")([latent, _one_hot(variant, inputs["label"])])
        pixels = NETWORKS[variant.network].generate(variant, _map(variant, hidden))
        image = layers.Activation(variant.output_activation, dtype="float32", name="image")(pixels)
        return keras.Model(inputs, image, name="generator")


def _map(variant: VariantSettings, hidden: Tensor) -> Tensor:
    """A mapping network (Karras et al. 2018, arXiv:1812.04948): a deeper way from one Gaussian to digits with nothing in between."""
    for number in range(variant.mapping_layers):
        mapped = dense(variant, variant.mapping_width, f"mapping_{number}", judges=False)(hidden)
        hidden = activate(variant, mapped, f"mapping_{number}", judges=False)
    return hidden


def build_discriminator(variant: VariantSettings, name: str = "discriminator") -> keras.Model:
    """The discriminator, told the class in one of two ways.

    class_logit: an output per class, W_y h + b_y, of which the one asked for counts.
    projection: w h + b + V_y h + b_y, an output for all classes and one for the class (Miyato and Koyama 2018, arXiv:1802.05637).
    """
    with _layers_compute_in(variant.precision):
        inputs = {"image": keras.Input((SIDE, SIDE, 1), name="image")}
        hidden = NETWORKS[variant.network].judge(variant, inputs["image"])
        if is_conditional(variant):
            inputs["label"] = keras.Input((), dtype="int32", name="label")
            output = _judge_class(variant, hidden, _one_hot(variant, inputs["label"]))
        else:
            output = dense(variant, 1, "output", judges=True)(hidden)
        output = layers.Activation(variant.discriminator_activation, dtype="float32", name="activation")(output)
        return keras.Model(inputs, layers.Reshape((), dtype="float32", name="per_image")(output), name=name)


def _judge_class(variant: VariantSettings, hidden: Tensor, one_hot: Tensor) -> Tensor:
    of_classes = dense(variant, variant.classes, "output_per_class", judges=True)(hidden)
    own = layers.Dot(1, name="own_class")([of_classes, one_hot])
    if variant.conditioning == "class_logit":
        return own
    return layers.Add(name="projection")([own, dense(variant, 1, "output", judges=True)(hidden)])


def _one_hot(variant: VariantSettings, label: Tensor) -> Tensor:
    return layers.CategoryEncoding(variant.classes, output_mode="one_hot", name="class")(layers.Reshape((1,))(label))


@contextmanager
def _layers_compute_in(precision: str) -> Iterator[None]:
    """Layers built inside compute in `precision`; their weights are float32 all the same."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
