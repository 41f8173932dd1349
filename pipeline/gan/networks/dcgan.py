"""Strided convolutions and no pooling (DCGAN, Radford et al. 2015, arXiv:1511.06434), for 28x28 pixels.

A width is the number of channels on the finest grid; each coarser grid has twice as many. Each grid has `depth` - 1 further 3x3 convolutions.
"""

from keras import layers

from pipeline.data.digits import SIDE
from pipeline.gan.networks.parts import Tensor, activate, convolution, dense, double
from pipeline.settings.variants import VariantSettings


def build_generator_trunk(variant: VariantSettings, hidden: Tensor) -> Tensor:
    """Latents, and classes beside them, (n, z) to a 7x7 grid, doubled twice to pixels (n, 28, 28, c) before their activation."""
    side, channels = SIDE // 4, 2 * variant.generator_width
    hidden = dense(variant, side * side * channels, "hidden", in_discriminator=False)(hidden)
    hidden = layers.Reshape((side, side, channels), name="grid")(hidden)
    hidden = _more(variant, activate(variant, hidden, "grid_7", in_discriminator=False), channels, "grid_7", in_discriminator=False)
    hidden = activate(variant, double(variant, channels // 2, "double_14")(hidden), "grid_14", in_discriminator=False)
    return double(variant, variant.digits_per_image, "double_28")(_more(variant, hidden, channels // 2, "grid_14", in_discriminator=False))


def build_discriminator_trunk(variant: VariantSettings, image: Tensor) -> Tensor:
    """Images (n, 28, 28, c), halved three times to a 4x4 grid, to features (n, 8 width)."""
    hidden, channels = image, variant.discriminator_width
    for side in (14, 7, 4):
        halved = convolution(variant, channels, 4, f"halve_{side}", in_discriminator=True, stride=2)(hidden)
        hidden = _more(variant, activate(variant, halved, f"grid_{side}", in_discriminator=True), channels, f"grid_{side}", in_discriminator=True)
        channels *= 2
    hidden = dense(variant, channels, "hidden", in_discriminator=True)(layers.Flatten(name="flatten")(hidden))
    return activate(variant, hidden, "hidden", in_discriminator=True)


def _more(variant: VariantSettings, hidden: Tensor, channels: int, name: str, in_discriminator: bool) -> Tensor:
    """The further convolutions of a grid."""
    for number in range(1, variant.depth):
        hidden = convolution(variant, channels, 3, f"{name}_{number}", in_discriminator)(hidden)
        hidden = activate(variant, hidden, f"{name}_{number}", in_discriminator)
    return hidden
