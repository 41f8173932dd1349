"""A trial draws what the stage `train` would draw."""

import numpy as np
import pytest

from pipeline.gan.base import GAN
from pipeline.repair.trial import SHEET_ROWS, _Sheets
from pipeline.settings.params import Settings


@pytest.mark.parametrize("classes", [1, 10], ids=["without labels", "with labels"])
def test_sheets_are_drawn_of_every_kind_of_generator(settings: Settings, classes: int) -> None:
    variant = settings.gan["answer"].model_copy(update={"classes": classes, "generator_width": 4, "discriminator_width": 4})
    sheets = _Sheets()
    sheets.set_model(GAN(variant, 0, 1))
    sheets.on_train_begin()
    sheets.on_epoch_end(0)
    assert [sheet.shape for sheet in sheets.drawn] == [(10 * SHEET_ROWS, 28, 28)] * 2
    assert np.isfinite(sheets.last).all()
    assert np.array_equal(sheets.drawn[0], sheets.drawn[1])  # the same latents and labels each time
