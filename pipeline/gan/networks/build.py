"""Generators and discriminators as a variant's settings describe them.

A kind of network is a module with the functions `build_generator_trunk`, latents to pixels, and `build_discriminator_trunk`, images to features;
what stands before and behind the trunk is the same for every kind and is built here. docs/how-to/add-a-network.md adds another kind.
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
    """Whether both networks have the class as an input."""
    return variant.classes > 1


def build_generator(variant: VariantSettings, precision: str = "float32") -> keras.Model:
    """Build the generator. Its layers are Keras' own, so that a saved generator loads without this package.

    Args:
        variant: what the network is.
        precision: of the layers, `float32` or `mixed_bfloat16`; weights and images are float32 in either.

    Returns:
        A model of {"latent": (n, latent_size)} to images (n, 28, 28, c) in [low, 1], c = `digits_per_image`. A conditional one also
        takes "label", (n,) integers, whose one-hot vector stands beside the latent.

    >>> from pipeline.settings.params import load_settings
    >>> generator = build_generator(load_settings().gan["modern"])
    >>> sorted(generator.input), generator.output.shape
    (['label', 'latent'], (None, 28, 28, 1))
    """
    with _layers_compute_in(precision):
        latent = keras.Input((variant.latent_size,), name="latent")
        inputs, hidden = {"latent": latent}, latent
        if is_conditional(variant):
            inputs["label"] = keras.Input((), dtype="int32", name="label")
            hidden = layers.Concatenate(name="latent_and_class")([latent, _one_hot(variant, inputs["label"])])
        pixels = NETWORKS[variant.network].build_generator_trunk(variant, _map(variant, hidden))
        image = layers.Activation(variant.output_activation, dtype="float32", name="image")(pixels)
        return keras.Model(inputs, image, name="generator")


def _map(variant: VariantSettings, hidden: Tensor) -> Tensor:
    """A mapping network (Karras et al. 2018, arXiv:1812.04948): dense layers that reshape one Gaussian into separate digits."""
    for number in range(variant.mapping_layers):
        mapped = dense(variant, variant.mapping_width, f"mapping_{number}", in_discriminator=False)(hidden)
        hidden = activate(variant, mapped, f"mapping_{number}", in_discriminator=False)
    return hidden


def build_discriminator(variant: VariantSettings, name: str = "discriminator") -> keras.Model:
    """Build the discriminator.

    With the features h of an image, `conditioning` says how a conditional discriminator uses the class y:
    `class_logit` computes an output per class and takes that of the requested class, W_y h + b_y;
    `projection` adds one output for all classes, w h + b + W_y h + b_y (Miyato and Koyama 2018, arXiv:1802.05637).

    Args:
        variant: what the network is.
        name: of the Keras model.

    Returns:
        A model of {"image": (n, 28, 28, c)} to outputs (n,), float32: logits, or probabilities if `discriminator_activation` is `sigmoid`.
        A conditional one also takes "label", (n,) integers.

    >>> from pipeline.settings.params import load_settings
    >>> discriminator = build_discriminator(load_settings().gan["answer"])
    >>> sorted(discriminator.input), discriminator.output.shape
    (['image'], (None,))
    """
    with _layers_compute_in(variant.precision):
        inputs = {"image": keras.Input((SIDE, SIDE, variant.digits_per_image), name="image")}
        hidden = NETWORKS[variant.network].build_discriminator_trunk(variant, inputs["image"])
        if is_conditional(variant):
            inputs["label"] = keras.Input((), dtype="int32", name="label")
            output = _class_output(variant, hidden, _one_hot(variant, inputs["label"]))
        else:
            output = dense(variant, 1, "output", in_discriminator=True)(hidden)
        output = layers.Activation(variant.discriminator_activation, dtype="float32", name="activation")(output)
        return keras.Model(inputs, layers.Reshape((), dtype="float32", name="per_image")(output), name=name)


def _class_output(variant: VariantSettings, hidden: Tensor, one_hot: Tensor) -> Tensor:
    of_classes = dense(variant, variant.classes, "output_per_class", in_discriminator=True)(hidden)
    own = layers.Dot(1, name="own_class")([of_classes, one_hot])
    if variant.conditioning == "class_logit":
        return own
    return layers.Add(name="projection")([own, dense(variant, 1, "output", in_discriminator=True)(hidden)])


def _one_hot(variant: VariantSettings, label: Tensor) -> Tensor:
    return layers.CategoryEncoding(variant.classes, output_mode="one_hot", name="class")(layers.Reshape((1,))(label))


@contextmanager
def _layers_compute_in(precision: str) -> Iterator[None]:
    """Layers built inside compute in `precision`; their weights are float32."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
