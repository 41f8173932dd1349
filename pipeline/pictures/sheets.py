"""Sample sheets: images in rows of ten under a caption."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.data.digits import SIDE, Bytes

CAPTION_HEIGHT = 18  # pixels
SCALE = 2  # screen pixels per image pixel
COLUMNS = 10


def sample_sheet(images: Bytes, caption: str) -> NDArray[np.uint8]:
    """Images (n, 28, 28) in rows of ten under a caption: (height, width), white digits on black."""
    rows = -(-len(images) // COLUMNS)
    padded = np.zeros((rows * COLUMNS, SIDE, SIDE), np.uint8)
    padded[: len(images)] = images
    grid = padded.reshape(rows, COLUMNS, SIDE, SIDE).swapaxes(1, 2).reshape(rows * SIDE, COLUMNS * SIDE)
    grid = grid.repeat(SCALE, axis=0).repeat(SCALE, axis=1)
    sheet = Image.new("L", (grid.shape[1], grid.shape[0] + CAPTION_HEIGHT))
    sheet.paste(Image.fromarray(grid), (0, CAPTION_HEIGHT))
    ImageDraw.Draw(sheet).text((4, 2), caption, fill=255, font=ImageFont.load_default(12))
    return np.asarray(sheet)
