"""Diversity within classes: 1 as diverse as real images, 0 all alike."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from pipeline.metrics.diversity import within_class_diversity

RANDOM = np.random.default_rng(0)
CLASSES = np.arange(10).repeat(200)
CENTRES = 20 * RANDOM.normal(size=(10, 8))[CLASSES]
REAL, DRAW = CENTRES + RANDOM.normal(size=(2, 2000, 8))


def test_it_is_the_ratio_of_mean_pairwise_distances() -> None:
    classes, real_classes = RANDOM.integers(3, size=20), RANDOM.integers(3, size=90)
    samples, real = RANDOM.normal(size=(20, 4)), 2 * RANDOM.normal(size=(90, 4))
    ratios = [pdist(samples[classes == label]).mean() / pdist(real[real_classes == label]).mean() for label in range(3)]
    assert within_class_diversity(samples, classes, real, real_classes) == pytest.approx(np.mean(ratios), rel=1e-9)


def test_an_independent_draw_is_as_diverse_however_far_apart_the_classes_are() -> None:
    assert within_class_diversity(DRAW, CLASSES, REAL, CLASSES) == pytest.approx(1, abs=0.02)
    assert within_class_diversity(REAL, CLASSES, REAL, CLASSES) == pytest.approx(1, rel=1e-12)


def test_one_sample_of_each_class_repeated_has_none() -> None:
    assert within_class_diversity(REAL[::200].repeat(200, axis=0), CLASSES, REAL, CLASSES) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("scale", [0.1, 0.5, 3.0])
def test_it_scales_as_distances_do(scale: float) -> None:
    assert within_class_diversity(CENTRES + scale * (REAL - CENTRES), CLASSES, REAL, CLASSES) == pytest.approx(scale, rel=1e-6)


def test_a_class_of_one_sample_does_not_count() -> None:
    rows = np.r_[0:200, 400]
    without = within_class_diversity(DRAW[:200], CLASSES[:200], REAL, CLASSES)
    assert within_class_diversity(DRAW[rows], CLASSES[rows], REAL, CLASSES) == pytest.approx(without, rel=1e-12)
