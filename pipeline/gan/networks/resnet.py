"""Residual networks with 3x3 convolutions (He et al. 2016, arXiv:1603.05027, in a GAN: Miyato et al. 2018, arXiv:1802.05957), for 28x28 pixels.

A width is the number of channels at the finest grid and doubles with each coarser one; `depth` residual blocks stand on each grid.
The discriminator halves by means of 2x2 pixels, the generator doubles by repetition of each pixel.
"""

from keras import layers

from pipeline.data.digits import SIDE
from pipeline.gan.networks.parts import Tensor, activate, convolution, dense
from pipeline.settings.variants import VariantSettings


def generate(variant: VariantSettings, hidden: Tensor) -> Tensor:
    """Latents and classes (n, z) to 7x7, by two doublings to pixels (n, 28, 28, 1) before their activation."""
    side, width = SIDE // 4, variant.generator_width
    hidden = dense(variant, side * side * 4 * width, "hidden", judges=False)(hidden)
    hidden = _blocks(variant, layers.Reshape((side, side, 4 * width), name="grid")(hidden), 4 * width, "grid_7", judges=False)
    for side, channels in ((14, 2 * width), (28, width)):
        hidden = layers.UpSampling2D(2, name=f"double_{side}")(hidden)
        hidden = _blocks(variant, hidden, channels, f"grid_{side}", judges=False)
    return convolution(variant, 1, 3, "pixels", judges=False)(activate(variant, hidden, "last", judges=False))


def judge(variant: VariantSettings, image: Tensor) -> Tensor:
    """Images (n, 28, 28, 1) by two halvings to 7x7, and to features (n, 4 width), means over the grid."""
    channels = variant.discriminator_width
    hidden = convolution(variant, channels, 3, "pixels", judges=True)(image)
    for side in (28, 14, 7):
        hidden = _blocks(variant, hidden, channels, f"grid_{side}", judges=True)
        if side > 7:
            hidden, channels = layers.AveragePooling2D(2, name=f"halve_{side}")(hidden), 2 * channels
    return layers.GlobalAveragePooling2D(name="mean")(activate(variant, hidden, "last", judges=True))


def _blocks(variant: VariantSettings, hidden: Tensor, channels: int, name: str, judges: bool) -> Tensor:
    """Two activated convolutions beside a short cut, which is a 1x1 convolution where the number of channels changes."""
    for number in range(variant.depth):
        block = f"{name}_{number}"
        short_cut = hidden if hidden.shape[-1] == channels else convolution(variant, channels, 1, f"{block}_short_cut", judges)(hidden)
        for part in ("a", "b"):
            hidden = convolution(variant, channels, 3, f"{block}{part}", judges)(activate(variant, hidden, f"{block}{part}_before", judges))
        hidden = layers.Add(name=f"{block}_sum")([short_cut, hidden])
    return hidden
