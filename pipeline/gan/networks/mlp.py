"""Fully connected networks: `depth` hidden layers of `generator_width` or `discriminator_width` units. The question's networks have one."""

from keras import layers

from pipeline.data.digits import SIDE
from pipeline.gan.networks.parts import Tensor, activate, dense
from pipeline.settings.variants import VariantSettings


def build_generator_trunk(variant: VariantSettings, hidden: Tensor) -> Tensor:
    """Latents, and classes beside them, (n, z) to pixels (n, 28, 28, c) before their activation."""
    pixels = dense(variant, SIDE * SIDE * variant.digits_per_image, "pixels", in_discriminator=False)  # first: the order decides the initial weights
    hidden = _hidden_layers(variant, hidden, variant.generator_width, in_discriminator=False)
    return layers.Reshape((SIDE, SIDE, variant.digits_per_image), name="grid")(pixels(hidden))


def build_discriminator_trunk(variant: VariantSettings, image: Tensor) -> Tensor:
    """Images (n, 28, 28, c) to features (n, width)."""
    return _hidden_layers(variant, layers.Flatten(name="pixels")(image), variant.discriminator_width, in_discriminator=True)


def _hidden_layers(variant: VariantSettings, hidden: Tensor, units: int, in_discriminator: bool) -> Tensor:
    for number in range(variant.depth):
        hidden = dense(variant, units, f"hidden_{number}", in_discriminator)(hidden)
        hidden = activate(variant, hidden, f"hidden_{number}", in_discriminator)
    return hidden
