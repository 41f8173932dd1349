"""Fully connected networks: `depth` hidden layers of `generator_width` and `discriminator_width` units; with one it is the question's."""

from keras import layers

from pipeline.data.digits import SIDE
from pipeline.gan.networks.parts import Tensor, activate, dense
from pipeline.settings.variants import VariantSettings


def generate(variant: VariantSettings, hidden: Tensor) -> Tensor:
    """Latents and classes (n, z) to pixels (n, 28, 28, 1) before their activation."""
    pixels = dense(variant, SIDE * SIDE, "pixels", judges=False)(_hidden_layers(variant, hidden, variant.generator_width, judges=False))
    return layers.Reshape((SIDE, SIDE, 1), name="grid")(pixels)


def judge(variant: VariantSettings, image: Tensor) -> Tensor:
    """Images (n, 28, 28, 1) to features (n, width)."""
    return _hidden_layers(variant, layers.Flatten(name="pixels")(image), variant.discriminator_width, judges=True)


def _hidden_layers(variant: VariantSettings, hidden: Tensor, units: int, judges: bool) -> Tensor:
    for number in range(variant.depth):
        hidden = activate(variant, dense(variant, units, f"hidden_{number}", judges)(hidden), f"hidden_{number}", judges)
    return hidden
