"""Sample sheets: images in rows of ten under a caption."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.data.digits import Bytes
from pipeline.pictures.grids import in_rows

CAPTION_HEIGHT = 18  # pixels
SCALE = 2  # screen pixels per image pixel
COLUMNS = 10


def sample_sheet(images: Bytes, caption: str) -> NDArray[np.uint8]:
    """A picture of samples in rows of ten under a caption, white digits on black.

    Args:
        images: (n, 28, 28), 0 = background, or with colours (n, 28, 28, 3).
        caption: one line of text.

    Returns:
        (18 + 56 rows, 560) bytes, or with colours (18 + 56 rows, 560, 3): every image pixel is two screen pixels wide and high.

    >>> sample_sheet(np.zeros((13, 28, 28), np.uint8), "modern, seed 0, mnist, epoch 3").shape
    (130, 560)
    """
    grid = in_rows(images, COLUMNS)
    grid = grid.repeat(SCALE, axis=0).repeat(SCALE, axis=1)
    sheet = Image.new("L" if grid.ndim == 2 else "RGB", (grid.shape[1], grid.shape[0] + CAPTION_HEIGHT))
    sheet.paste(Image.fromarray(grid), (0, CAPTION_HEIGHT))
    ImageDraw.Draw(sheet).text((4, 2), caption, fill="white", font=ImageFont.load_default(12))
    return np.asarray(sheet)
