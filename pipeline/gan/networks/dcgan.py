"""Strided convolutions and no pooling (DCGAN, Radford et al. 2015, arXiv:1511.06434), for 28x28 pixels.

A width is the number of channels at the finest grid and doubles with each coarser one; `depth` - 1 further 3x3 convolutions stand on each grid.
"""

from keras import layers

from pipeline.data.digits import SIDE
from pipeline.gan.networks.parts import Tensor, activate, convolution, dense, double
from pipeline.settings.variants import VariantSettings


def generate(variant: VariantSettings, hidden: Tensor) -> Tensor:
    """Latents and classes (n, z) to 7x7, by two doublings to pixels (n, 28, 28, 1) before their activation."""
    side, channels = SIDE // 4, 2 * variant.generator_width
    hidden = layers.Reshape((side, side, channels), name="grid")(dense(variant, side * side * channels, "hidden", judges=False)(hidden))
    hidden = _more(variant, activate(variant, hidden, "grid_7", judges=False), channels, "grid_7", judges=False)
    hidden = activate(variant, double(variant, channels // 2, "double_14")(hidden), "grid_14", judges=False)
    return double(variant, 1, "double_28")(_more(variant, hidden, channels // 2, "grid_14", judges=False))


def judge(variant: VariantSettings, image: Tensor) -> Tensor:
    """Images (n, 28, 28, 1) by three halvings to 4x4, and to features (n, 8 width)."""
    hidden, channels = image, variant.discriminator_width
    for side in (14, 7, 4):
        halved = convolution(variant, channels, 4, f"halve_{side}", judges=True, stride=2)(hidden)
        hidden = _more(variant, activate(variant, halved, f"grid_{side}", judges=True), channels, f"grid_{side}", judges=True)
        channels *= 2
    return activate(variant, dense(variant, channels, "hidden", judges=True)(layers.Flatten(name="flatten")(hidden)), "hidden", judges=True)


def _more(variant: VariantSettings, hidden: Tensor, channels: int, name: str, judges: bool) -> Tensor:
    for number in range(1, variant.depth):
        hidden = convolution(variant, channels, 3, f"{name}_{number}", judges)(hidden)
        hidden = activate(variant, hidden, f"{name}_{number}", judges)
    return hidden
