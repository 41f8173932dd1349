"""What the definitions imply for rows in another order, sets moved together and samples that come twice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.metrics.classes import class_histogram, class_kl, classifier_score, effective_classes
from pipeline.metrics.diversity import within_class_diversity
from pipeline.metrics.frechet import frechet_distance
from pipeline.metrics.kernel import kernel_distance
from pipeline.metrics.memorisation import nearest_distances
from pipeline.metrics.neighbours import neighbour_scores

Pair = tuple[np.ndarray, np.ndarray]
SEEDS = st.integers(0, 2**32 - 1)
quickly = settings(derandomize=True, deadline=None, max_examples=40)


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """Real features and samples in general position: 1 to 6 columns, 10 to 40 rows."""
    rng, columns = np.random.default_rng(draw(SEEDS)), draw(st.integers(1, 6))
    real, fake = (rng.normal(size=(draw(st.integers(10, 40)), columns)) for _ in range(2))
    return real, draw(st.floats(0.2, 3)) * fake + draw(st.floats(-2, 2))


@st.composite
def probabilities(draw: st.DrawFn) -> np.ndarray:
    rng = np.random.default_rng(draw(SEEDS))
    return rng.dirichlet(np.full(draw(st.integers(2, 10)), draw(st.floats(0.05, 5))), size=draw(st.integers(2, 40)))


def twice(rows: np.ndarray) -> np.ndarray:
    return np.r_[rows, rows]


@quickly
@given(pairs(), SEEDS, st.integers(1, 5))
def test_the_order_of_rows_changes_nothing(pair: Pair, seed: int, k: int) -> None:
    real, fake = pair
    rng = np.random.default_rng(seed)
    first, second = rng.permutation(len(real)), rng.permutation(len(fake))
    real_classes, classes = np.arange(len(real)) % 3, np.arange(len(fake)) % 3
    for metric in (frechet_distance, kernel_distance, lambda x, y: neighbour_scores(x, y, k)):
        assert metric(real[first], fake[second]) == pytest.approx(metric(real, fake), rel=1e-9, abs=1e-9)
    diversity = within_class_diversity(fake[second], classes[second], real[first], real_classes[first])
    assert diversity == pytest.approx(within_class_diversity(fake, classes, real, real_classes), rel=1e-9)
    distances, nearest = nearest_distances(fake, real)
    moved, index = nearest_distances(fake[second], real[first])
    assert moved == pytest.approx(distances[second], rel=1e-9)
    assert first[index].tolist() == nearest[second].tolist()


@quickly
@given(probabilities(), SEEDS)
def test_neither_the_order_of_samples_nor_the_names_of_classes_change_scores_of_classes(rows: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    order, names = rng.permutation(len(rows)), rng.permutation(rows.shape[1])
    assert classifier_score(rows[order]) == pytest.approx(classifier_score(rows), rel=1e-9)
    assert classifier_score(rows[:, names]) == pytest.approx(classifier_score(rows), rel=1e-9)
    assert class_histogram(rows[order]).tolist() == class_histogram(rows).tolist()
    assert class_histogram(rows[:, names]).tolist() == class_histogram(rows)[names].tolist()
    assert effective_classes(class_histogram(rows[:, names])) == pytest.approx(effective_classes(class_histogram(rows)), rel=1e-9)


@quickly
@given(probabilities())
def test_samples_that_come_twice_have_the_same_scores_of_classes(rows: np.ndarray) -> None:
    assert classifier_score(twice(rows)) == pytest.approx(classifier_score(rows), rel=1e-9)
    assert class_histogram(twice(rows)).tolist() == class_histogram(rows).tolist()
    assert 1 - 1e-12 <= classifier_score(rows) <= rows.shape[1] + 1e-12


@quickly
@given(probabilities(), SEEDS)
def test_the_divergence_of_classes_is_never_negative(rows: np.ndarray, seed: int) -> None:
    frequencies = np.random.default_rng(seed).dirichlet(np.full(rows.shape[1], 5.0))
    assert class_kl(class_histogram(rows), frequencies) >= -1e-12
    assert class_kl(frequencies, frequencies) == 0


@quickly
@given(pairs())
def test_the_frechet_distance_is_symmetric_and_not_negative(pair: Pair) -> None:
    assert frechet_distance(*pair) == pytest.approx(frechet_distance(*reversed(pair)), rel=1e-9, abs=1e-9)
    assert frechet_distance(*pair) >= -1e-9
    assert frechet_distance(pair[0], pair[0]) == pytest.approx(0, abs=1e-9)


@quickly
@given(pairs(), SEEDS, st.integers(1, 5))
def test_sets_that_turn_and_move_together_keep_their_distances(pair: Pair, seed: int, k: int) -> None:
    rng, columns = np.random.default_rng(seed), pair[0].shape[1]
    rotation, shift = np.linalg.qr(rng.normal(size=(columns, columns)))[0], 3 * rng.normal(size=columns)
    turned = pair[0] @ rotation + shift, pair[1] @ rotation + shift
    assert frechet_distance(*turned) == pytest.approx(frechet_distance(*pair), rel=1e-8, abs=1e-8)
    assert neighbour_scores(*turned, k) == pytest.approx(neighbour_scores(*pair, k))
    assert nearest_distances(*turned)[0] == pytest.approx(nearest_distances(*pair)[0], rel=1e-8)
    rotated = [rows @ rotation for rows in pair]
    assert kernel_distance(*rotated) == pytest.approx(kernel_distance(*pair), rel=1e-8, abs=1e-8)


@quickly
@given(pairs())
def test_samples_that_come_twice_change_the_frechet_distance_by_their_covariance_alone(pair: Pair) -> None:
    """n rows twice: the covariance of n - 1 degrees of freedom becomes c C' with c = 2 (n - 1) / (2n - 1), and its root's overlap sqrt(c) of it."""
    real, fake = pair
    own, other = (rows.var(axis=0, ddof=1).sum() for rows in pair)
    shift = ((real.mean(axis=0) - fake.mean(axis=0)) ** 2).sum()
    overlap = (shift + own + other - frechet_distance(real, fake)) / 2
    c = 2 * (len(fake) - 1) / (2 * len(fake) - 1)
    assert frechet_distance(real, twice(fake)) == pytest.approx(shift + own + c * other - 2 * np.sqrt(c) * overlap, rel=1e-9, abs=1e-9)


@quickly
@given(pairs())
def test_samples_that_come_twice_raise_the_kernel_distance_as_the_formula_says(pair: Pair) -> None:
    """Each meets its twin: the mean o of k(y, y') over different rows becomes o + (t - o) / (2n - 1), t the mean of k(y, y)."""
    real, fake = pair
    kernel = (fake @ fake.T / fake.shape[1] + 1) ** 3
    itself, others = kernel.diagonal().mean(), kernel[~np.eye(len(fake), dtype=bool)].mean()
    expected = kernel_distance(real, fake) + (itself - others) / (2 * len(fake) - 1)
    assert kernel_distance(real, twice(fake)) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@quickly
@given(pairs(), st.integers(2, 6))
def test_samples_that_come_twice_shrink_recall_alone(pair: Pair, k: int) -> None:
    """A sample's own neighbours are now its twin, then each other one twice: the k-th is what the (k // 2)-th was."""
    real, fake = pair
    once, doubled = neighbour_scores(real, fake, k), neighbour_scores(real, twice(fake), k)
    assert doubled[:1] + doubled[2:] == pytest.approx(once[:1] + once[2:], rel=1e-9)
    assert doubled.recall == neighbour_scores(real, fake, k // 2).recall <= once.recall
