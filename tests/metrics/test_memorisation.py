"""Nearest images against scikit-learn's, and the share of samples that are too near."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from pipeline.metrics import blocks
from pipeline.metrics.memorisation import memorised_share, nearest_distances

RANDOM = np.random.default_rng(0)
TRAINING, UNSEEN, NEW = RANDOM.normal(size=(3, 2000, 6))


@pytest.mark.parametrize("block", [13, 10_000])
def test_the_nearest_are_those_of_scikit_learn(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(blocks, "BLOCK", block * len(TRAINING))
    search = NearestNeighbors(n_neighbors=1, algorithm="kd_tree").fit(TRAINING)
    for own, expected in (
        (nearest_distances(UNSEEN[:300], TRAINING), search.kneighbors(UNSEEN[:300])),
        (nearest_distances(TRAINING, TRAINING, among=True), search.kneighbors()),
    ):
        assert own[0] == pytest.approx(expected[0][:, 0], rel=1e-9)
        assert own[1].tolist() == expected[1][:, 0].tolist()


def test_copies_are_at_distance_zero_of_themselves_and_not_when_among() -> None:
    copies = RANDOM.permutation(len(TRAINING))[:300]
    distance, index = nearest_distances(TRAINING[copies], TRAINING)
    assert distance.tolist() == [0] * 300
    assert index.tolist() == copies.tolist()
    assert nearest_distances(TRAINING, TRAINING, among=True)[0].min() > 0


def test_copies_of_the_training_set_are_all_memorised_and_new_images_hardly_ever() -> None:
    unseen = nearest_distances(UNSEEN, TRAINING)[0]
    assert memorised_share(nearest_distances(TRAINING, TRAINING)[0], unseen) == 1
    assert memorised_share(unseen, unseen) == pytest.approx(0.01, abs=1e-9)
    assert 0.003 < memorised_share(nearest_distances(NEW, TRAINING)[0], unseen) < 0.02
    assert memorised_share(nearest_distances(NEW + 50, TRAINING)[0], unseen) == 0


def test_the_share_by_hand() -> None:
    """The 1st percentile of 0, 1, ..., 100 is 1, and 1 is not below it."""
    assert memorised_share(np.array([0.5, 0.999, 1.0, 2.0]), np.arange(101.0)) == 0.5
