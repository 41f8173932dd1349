"""Verdicts and the ends of trainings as phrases, the same on the page and in the Markdown table."""

import re

import pytest

from pipeline.report.leaderboard import score_columns, variant_rows
from pipeline.report.table import leaderboard_table
from pipeline.report.words import unfinished_words, verdict_line
from tests.report.conftest import board_of, score_row

Outcomes = list[tuple[float | str, float | None]]  # per seed: the Fréchet distance or the status, and the spread over subsets


def phrase(own: Outcomes, baseline: Outcomes) -> str:
    """What the page and the Markdown table say of `modern` against `answer`: both the same."""
    cells = {"answer": baseline, "modern": own}
    rows = [score_row(variant, seed, *outcome) for variant, outcomes in cells.items() for seed, outcome in enumerate(outcomes)]
    board = board_of(rows, list(cells), "answer")
    (page,) = (row["words"] for row in variant_rows(board, score_columns(board)) if row["variant"] == "modern")
    assert f"- `modern`: {page}\n" in leaderboard_table(board)
    return re.sub("[\u00a0\u202f]", " ", page)


@pytest.mark.parametrize(
    ("own", "baseline", "expected"),
    [
        (
            [(3.3, 0.4)],
            [(6239.0, 50.0)],
            "Fréchet distance 1 890 times smaller than answer's (3.300 ± 0.400 against 6 239 ± 50 over subsets of the samples); "
            "seeds were not compared",
        ),
        (
            [(6239.0, 50.0)],
            [(3.3, 0.4)],
            "Fréchet distance 1 890 times larger than answer's (6 239 ± 50 against 3.300 ± 0.400 over subsets of the samples); "
            "seeds were not compared",
        ),
        (
            [(3.5, 0.4)],
            [(3.3, 0.4)],
            "Fréchet distance 1.06 times larger than answer's (3.500 ± 0.400 against 3.300 ± 0.400 over subsets of the samples), "
            "a difference within two standard deviations; seeds were not compared",
        ),
        (
            [(3.3, 0.4)],
            [(30.0, 1.0), (34.0, 1.0), ("diverged", None)],
            "Fréchet distance 9.70 times smaller than answer's (3.300 ± 0.400 over subsets of the samples against 32.00 ± 2.83 over 2 seeds); "
            "seeds were not compared",
        ),
        (
            [(30.0, 1.0), (34.0, 1.0)],
            [(33.0, 1.0)],
            "Fréchet distance 1.03 times smaller than answer's (32.00 ± 2.83 over 2 seeds against 33.00 ± 1.00 over subsets of the samples), "
            "a difference within two standard deviations; seeds were not compared",
        ),
        ([(1.0, None)], [(2.0, None)], "Fréchet distance 2.00 times smaller than answer's (1.000 against 2.000); seeds were not compared"),
        ([(0.0, None)], [(2.0, None)], "Fréchet distance beside answer's (0.0000 against 2.000); seeds were not compared"),
        ([(2.0, None)], [(2.0, None)], "Fréchet distance equal to answer's (2.000 against 2.000); seeds were not compared"),
        ([(1.0, 0.1), (1.1, 0.1)], [(50.0, 0.1), (51.0, 0.1)], "better than answer (p = 0.006)"),
        ([(50.0, 0.1), (51.0, 0.1)], [(1.0, 0.1), (1.1, 0.1)], "worse than answer (p = 0.006)"),
        ([(1.0, 0.1), (3.0, 0.1)], [(2.0, 0.1), (5.0, 0.1)], "cannot tell at this number of seeds (p = 0.504); about 24 seeds could"),
        ([("stopped", None), ("stopped", None)], [(1.0, 0.1)], "no verdict: no seed finished (2 stopped by the doctor)"),
        ([("diverged", None), ("stopped", None)], [(1.0, 0.1)], "no verdict: no seed finished (1 diverged, 1 stopped by the doctor)"),
        ([(1.0, 0.1)], [("diverged", None)], "no verdict: of answer, no seed finished (1 diverged)"),
    ],
)
def test_a_verdict_says_what_is_known(own: Outcomes, baseline: Outcomes, expected: str) -> None:
    assert phrase(own, baseline) == expected


def test_a_card_has_the_verdict_without_the_values_that_it_compares() -> None:
    rows = [score_row("answer", 0, 3.3, 0.4), score_row("modern", 0, 3.5, 0.4), score_row("dcgan", 0, "stopped")]
    board = board_of(rows, ["answer", "modern", "dcgan"], "answer")
    lines = [re.sub("[\u00a0\u202f]", " ", verdict_line(row, board)) for row in board["variants"]]
    assert lines == [
        "the baseline",
        "1.06 times larger than answer's, a difference within two standard deviations; seeds were not compared",
        "no verdict: no seed finished (1 stopped by the doctor)",
    ]


def test_a_baseline_that_is_not_compared_is_named() -> None:
    board = board_of([score_row("modern", 0, 1.0)], ["modern"], "answer")
    assert "- `modern`: no verdict: answer is not among the variants\n" in leaderboard_table(board)


def test_cells_that_did_not_finish_are_named_by_how_they_ended() -> None:
    seeds = {"finished": [1], "diverged": [0, 3], "stopped": [2]}
    assert unfinished_words({"variant": "wgan", "seeds": seeds}) == [
        "2 of 4 seeds diverged: wgan-0, wgan-3",
        "1 of 4 seeds stopped by the doctor: wgan-2",
    ]
    assert unfinished_words({"variant": "wgan", "seeds": {"finished": [0], "diverged": [], "stopped": []}}) == []
