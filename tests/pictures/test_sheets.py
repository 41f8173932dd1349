"""Pictures: in their place, named, and the same bytes for the same arrays."""

from pathlib import Path

import numpy as np

from pipeline.data.digits import Digits
from pipeline.pictures.figure import write_question_figure
from pipeline.pictures.png import read_png, write_png
from pipeline.pictures.sheets import CAPTION_HEIGHT, sample_sheet


def test_a_sheet_shows_rows_of_ten_under_its_caption(digits: Digits) -> None:
    sheet = sample_sheet(digits.images[:13], "asker, seed 0, mnist")
    assert sheet.shape == (CAPTION_HEIGHT + 2 * 2 * 28, 10 * 2 * 28)
    grid = sheet[CAPTION_HEIGHT::2, ::2]
    assert (grid[:28, 28:56] == digits.images[1]).all()
    assert (grid[28:, 56:84] == digits.images[12]).all()
    assert (grid[28:, 84:] == 0).all()
    caption = sheet[:CAPTION_HEIGHT]
    assert caption.max() == 255
    assert (caption != sample_sheet(digits.images[:13], "asker, seed 0, digits")[:CAPTION_HEIGHT]).any()


def test_a_sheet_of_colours_has_a_white_caption(digits: Digits) -> None:
    images = np.repeat(digits.images[:13, ..., np.newaxis], 3, axis=-1)
    images[..., 2] = 0
    sheet = sample_sheet(images, "stacked, seed 0, digits")
    assert (sheet[..., 0] == sample_sheet(digits.images[:13], "stacked, seed 0, digits")).all()
    assert not sheet[CAPTION_HEIGHT:, :, 2].any()
    assert sheet[:CAPTION_HEIGHT].max(axis=(0, 1)).tolist() == [255] * 3


def test_pictures_have_the_same_bytes_twice(digits: Digits, tmp_path: Path) -> None:
    history: list[dict[str, float | None]] = [{"epoch": 1, "d_loss": 1.2, "g_loss": 0.7}, {"epoch": 2, "d_loss": None, "g_loss": 0.6}]
    for name in ("a", "b"):
        write_png(tmp_path / f"{name}.png", sample_sheet(digits.images, "caption"))
        write_question_figure(
            tmp_path / f"{name}-figure.png", np.linspace(-1, 1, 100, dtype=np.float32), digits.images[3], history, "asker, seed 0, mnist"
        )
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a-figure.png").read_bytes() == (tmp_path / "b-figure.png").read_bytes()
    assert (read_png(tmp_path / "a.png") == sample_sheet(digits.images, "caption")).all()
