"""The metrics against values that other people's code computed: tests/oracles/make_oracles.py says how."""

import json
from typing import Any

import numpy as np
import pytest
from scipy.special import softmax

from pipeline.metrics.classes import classifier_score
from pipeline.metrics.frechet import frechet_distance
from pipeline.metrics.kernel import kernel_distance
from pipeline.metrics.neighbours import neighbour_scores
from tests.conftest import ROOT
from tests.oracles.cases import FEATURES, LOGITS, NEIGHBOURS, make_features, make_logits

ORACLES = json.loads((ROOT / "tests/oracles/oracles.json").read_text())
TOLERANCE = {"float64": 1e-6, "float32": 1e-3}


def of_features(real: np.ndarray, fake: np.ndarray) -> dict[str, float]:
    rows = min(len(real), len(fake))
    return {
        "frechet_distance": frechet_distance(real, fake),
        "kernel_distance": kernel_distance(real, fake),
        "kernel_distance_of_first_rows": kernel_distance(real[:rows], fake[:rows]),
        **neighbour_scores(real, fake, NEIGHBOURS)._asdict(),
    }


def compare(scores: dict[str, float], entry: dict[str, Any]) -> None:
    """Every reference value of the entry has its score, and every score a reference value."""
    assert set().union(*entry["values"].values()) == set(scores)
    for source, values in entry["values"].items():
        for name, value in values.items():
            assert scores[name] == pytest.approx(value, rel=TOLERANCE[entry["dtype"]], abs=1e-12), f"{source}: {name}"


@pytest.mark.parametrize("name", FEATURES)
def test_scores_of_features_are_those_of_torch_fidelity_and_scikit_learn(name: str) -> None:
    compare(of_features(*make_features(FEATURES[name])), ORACLES["features"][name])


@pytest.mark.parametrize("name", LOGITS)
def test_the_classifier_score_is_torch_fidelitys(name: str) -> None:
    probabilities = softmax(make_logits(LOGITS[name]), axis=1)
    compare({"classifier_score": classifier_score(probabilities)}, ORACLES["logits"][name])
    assert (probabilities == 0).any() == (name == "certain")


def test_every_case_has_its_references_and_they_are_of_its_recipe() -> None:
    for cases, kind, sources in ((FEATURES, "features", {"scikit_learn", "torch_fidelity"}), (LOGITS, "logits", {"torch_fidelity"})):
        assert set(ORACLES[kind]) == set(cases)
        for name, case in cases.items():
            assert ORACLES[kind][name]["recipe"] == {"generator": "numpy.random.default_rng", **case._asdict()}
            assert set(ORACLES[kind][name]["values"]) == sources
    assert ORACLES["neighbours"] == NEIGHBOURS
    assert len({case.seed for case in [*FEATURES.values(), *LOGITS.values()]}) == len(FEATURES) + len(LOGITS)
