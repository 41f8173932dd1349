"""A generator takes the champion's place if a test over the seeds finds its settings better; else one sentence says why not."""

from typing import Any

import pytest

from pipeline.metrics.score_names import SCORES
from pipeline.serving.contest import contest
from pipeline.serving.seeds import Entrant


def entrant(variant: str, *distances: float | None, **measured: Any) -> Entrant:
    """A variant whose seeds 0, 1, ... have these distances; a seed without one diverged."""
    rows: list[dict[str, Any]] = [
        {
            "variant": variant,
            "seed": seed,
            "status": "diverged" if distance is None else "finished",
            "data_set": "mnist",
            "split": "test",
            "samples": 10000,
            "classifier_sha256": "a" * 64,
            "scores": dict.fromkeys(SCORES) | {"frechet_distance": distance},
            "spread": dict.fromkeys(SCORES) | {"frechet_distance": 1.0},
        }
        | measured
        for seed, distance in enumerate(distances)
    ]
    return Entrant(f"{variant}-0", variant, {"variant": variant}, rows[0], rows)


ANSWER = entrant("answer", 540.0, 541.0, 543.0)


def test_better_beyond_chance_wins() -> None:
    outcome = contest(entrant("modern", 3.0, 3.1, 2.8), ANSWER, 0.95)
    assert outcome.wins
    assert outcome.reason == "modern: better than the champion answer (p\u00a0<\u00a00.001)"


@pytest.mark.parametrize(
    ("distances", "words"),
    [
        ((900.0, 905.0, 903.0), "worse than the champion answer"),
        ((530.0, 541.0, 548.0), "cannot tell at this number of seeds"),
        ((3.0,), "seeds were not compared"),
    ],
)
def test_what_is_not_better_beyond_chance_does_not(distances: tuple[float, ...], words: str) -> None:
    outcome = contest(entrant("modern", *distances), ANSWER, 0.95)
    assert not outcome.wins
    assert words in outcome.reason
    assert ("more of them could decide it" in outcome.reason) == (words != "worse than the champion answer")


def test_where_seeds_are_too_few_it_names_those_that_are_there() -> None:
    outcome = contest(entrant("modern", 3.0), ANSWER, 0.95)
    assert "modern has seed 0 and answer has seeds 0, 1, 2, and more of them could decide it: run.seeds" in outcome.reason


def test_confidence_is_the_settings() -> None:
    challenger = entrant("modern", 530.0, 533.0, 538.0)
    assert contest(challenger, ANSWER, 0.9).wins
    assert not contest(challenger, ANSWER, 0.999).wins


def test_two_seeds_of_the_same_settings_differ_by_chance() -> None:
    outcome = contest(ANSWER._replace(cell="answer-1"), ANSWER, 0.95)
    assert outcome == (False, "it has the settings of the champion answer-0, and seeds of one variant differ by chance")


def test_other_settings_of_the_same_variant_are_compared() -> None:
    faster = entrant("answer", 3.0, 3.1, 2.8)._replace(settings={"variant": "answer", "gan.depth": "2"})
    assert contest(faster, ANSWER, 0.95).reason == "answer: better than the champion answer (p\u00a0<\u00a00.001)"


@pytest.mark.parametrize(
    ("name", "value"), [("classifier_sha256", "b" * 64), ("samples", 5000), ("split", "validation"), ("data_set", "fashion_mnist")]
)
def test_scores_of_another_measure_are_not_compared(name: str, value: Any) -> None:
    outcome = contest(entrant("modern", 3.0, 3.1, 2.8, **{name: value}), ANSWER, 0.95)
    assert not outcome.wins
    assert outcome.reason.startswith(f"its scores cannot be compared with those of the champion answer-0: {name} is {str(value)[:12]}, there ")


def test_seeds_that_diverged_are_named() -> None:
    outcome = contest(entrant("modern", 3.0, 3.1, 2.8, None), ANSWER, 0.95)
    assert outcome.wins
    assert outcome.reason.endswith("; 1 of 4 seeds diverged: modern-3")
