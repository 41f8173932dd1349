"""Residual networks with 3x3 convolutions (He et al. 2016, arXiv:1603.05027, in a GAN: Miyato et al. 2018, arXiv:1802.05957), for 28x28 pixels.

A width is the number of channels on the finest grid; each coarser grid has twice as many. Each grid has `depth` residual blocks.
The discriminator halves a grid by averaging 2x2 pixels, the generator doubles it by repeating each pixel.
"""

from keras import layers

from pipeline.data.digits import SIDE
from pipeline.gan.networks.parts import Tensor, activate, convolution, dense
from pipeline.settings.variants import VariantSettings


def build_generator_trunk(variant: VariantSettings, hidden: Tensor) -> Tensor:
    """Latents, and classes beside them, (n, z) to a 7x7 grid, doubled twice to pixels (n, 28, 28, c) before their activation."""
    side, width = SIDE // 4, variant.generator_width
    hidden = dense(variant, side * side * 4 * width, "hidden", in_discriminator=False)(hidden)
    hidden = _blocks(variant, layers.Reshape((side, side, 4 * width), name="grid")(hidden), 4 * width, "grid_7", in_discriminator=False)
    for side, channels in ((14, 2 * width), (28, width)):
        hidden = layers.UpSampling2D(2, name=f"double_{side}")(hidden)
        hidden = _blocks(variant, hidden, channels, f"grid_{side}", in_discriminator=False)
    return convolution(variant, variant.digits_per_image, 3, "pixels", in_discriminator=False)(
        activate(variant, hidden, "last", in_discriminator=False)
    )


def build_discriminator_trunk(variant: VariantSettings, image: Tensor) -> Tensor:
    """Images (n, 28, 28, c), halved twice to a 7x7 grid, to features (n, 4 width), means over the grid."""
    channels = variant.discriminator_width
    hidden = convolution(variant, channels, 3, "pixels", in_discriminator=True)(image)
    for side in (28, 14, 7):
        hidden = _blocks(variant, hidden, channels, f"grid_{side}", in_discriminator=True)
        if side > 7:
            hidden, channels = layers.AveragePooling2D(2, name=f"halve_{side}")(hidden), 2 * channels
    return layers.GlobalAveragePooling2D(name="mean")(activate(variant, hidden, "last", in_discriminator=True))


def _blocks(variant: VariantSettings, hidden: Tensor, channels: int, name: str, in_discriminator: bool) -> Tensor:
    """`depth` blocks of two convolutions beside a short cut, which is a 1x1 convolution where the number of channels changes."""
    for number in range(variant.depth):
        block = f"{name}_{number}"
        short_cut = hidden if hidden.shape[-1] == channels else convolution(variant, channels, 1, f"{block}_short_cut", in_discriminator)(hidden)
        for part in ("a", "b"):
            hidden = convolution(variant, channels, 3, f"{block}{part}", in_discriminator)(
                activate(variant, hidden, f"{block}{part}_before", in_discriminator)
            )
        hidden = layers.Add(name=f"{block}_sum")([short_cut, hidden])
    return hidden
