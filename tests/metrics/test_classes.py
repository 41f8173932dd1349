"""Scores from class probabilities against closed forms and extreme cases."""

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.metrics.classes import class_consistency, class_histogram, class_kl, classes_covered, classifier_score, effective_classes

SURE = np.eye(10).repeat(7, axis=0)


def test_ten_balanced_sure_classes_score_ten() -> None:
    assert classifier_score(SURE) == pytest.approx(10, rel=1e-12)


def test_collapse_and_indecision_both_score_one() -> None:
    assert classifier_score(np.tile(np.eye(10)[3], (20, 1))) == pytest.approx(1, rel=1e-12)
    assert classifier_score(np.full((20, 10), 0.1)) == pytest.approx(1, rel=1e-12)


def test_the_score_between_the_extremes() -> None:
    """Two classes, each predicted with a probability of 0.9: exp(log 2 - H(0.9))."""
    probabilities = np.zeros((2, 10))
    probabilities[0, :2] = 0.9, 0.1
    probabilities[1, :2] = 0.1, 0.9
    entropy = -(0.9 * np.log(0.9) + 0.1 * np.log(0.1))
    assert classifier_score(probabilities) == pytest.approx(np.exp(np.log(2) - entropy), rel=1e-12)


def test_consistency_counts_the_requested_classes() -> None:
    labels = np.arange(10).repeat(7)
    assert class_consistency(SURE, labels) == 1
    assert class_consistency(SURE, (labels + 1) % 10) == 0
    labels[:7] = 5
    assert class_consistency(SURE, labels) == pytest.approx(0.9)
    with pytest.raises(ValueError, match=r"labels: expected shape \(70,\), received \(10,\)"):
        class_consistency(SURE, labels[:10])


def test_histogram_and_effective_classes() -> None:
    assert class_histogram(SURE).tolist() == [0.1] * 10
    assert effective_classes(class_histogram(SURE)) == pytest.approx(10)
    collapsed = class_histogram(np.tile(np.eye(10)[9], (4, 1)))
    assert collapsed.tolist() == [0.0] * 9 + [1.0]
    assert effective_classes(collapsed) == 1
    assert effective_classes(np.array([0.5, 0.5, 0])) == pytest.approx(2)


def test_covered_classes_and_the_divergence_from_the_datas_own_frequencies() -> None:
    histogram = np.array([0.5, 0.25, 0.25, 0])
    assert classes_covered(histogram) == 3
    assert class_kl(histogram, np.full(4, 0.25)) == pytest.approx(0.5 * np.log(2))
    assert class_kl(np.full(10, 0.1), np.full(10, 0.1)) == pytest.approx(0)
    assert class_kl(np.eye(10)[2], np.full(10, 0.1)) == pytest.approx(np.log(10))
    with pytest.raises(ValueError, match="expected every class in the data"):
        class_kl(histogram, np.array([0.5, 0.5, 0, 0]))


@pytest.mark.parametrize("metric", [classifier_score, class_histogram])
def test_what_is_not_finite_gets_a_named_error(metric: Callable[[np.ndarray], object]) -> None:
    with pytest.raises(ValueError, match="probabilities: expected finite numbers, received 1 "):
        metric(np.array([[0.5, np.nan], [0.5, 0.5]]))
