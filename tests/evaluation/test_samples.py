"""Samples of a trained cell: the images of its own generator, and nothing for a cell that diverged."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.data.pixels import to_bytes
from pipeline.evaluation.samples import draw_samples, nothing_drawn
from pipeline.gan import streams
from pipeline.gan.base import draw_latents
from pipeline.gan.networks.build import build_generator
from pipeline.settings.params import Settings


def test_samples_are_those_of_the_saved_generator_and_of_the_seed(settings: Settings, tmp_path: Path) -> None:
    variant = settings.gan["asker"]
    generator = build_generator(variant)
    generator.save_weights(tmp_path / "generator.weights.h5")
    labels = np.zeros(3, np.int32)
    images = draw_samples(tmp_path, variant, labels, seed=4)
    floats = generator({"latent": draw_latents(variant, 3, 4, streams.EVALUATION)}, training=False).numpy()
    assert images.astype(int) == pytest.approx(to_bytes(floats, low=0.0).astype(int), abs=1)
    assert (images != draw_samples(tmp_path, variant, labels, seed=5)).any()


def test_nothing_is_drawn_of_a_cell_that_diverged() -> None:
    drawn = nothing_drawn()
    assert drawn.images.shape == (0, 28, 28)
    assert drawn.requested is None
    assert len(drawn.predicted) == len(drawn.distances) == len(drawn.nearest) == 0
