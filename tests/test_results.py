"""The published results: they hold what the project promises, and README and docs say what they say."""

import json
from statistics import mean

import pytest

from benchmarks.publish import BASIS, describe
from benchmarks.search import HEADING, trial_row
from benchmarks.tables import duration, real_row, spread, table, variant_row
from pipeline.params import load_settings
from tests.conftest import ROOT

ROWS = json.loads((ROOT / "benchmarks/results.json").read_text())["cells"]
TRIALS = json.loads((ROOT / "benchmarks/search.json").read_text())["trials"]
VARIANTS = list(dict.fromkeys(row["variant"] for row in ROWS))
README = (ROOT / "README.md").read_text()


def of(variant: str) -> list[dict]:
    return [row for row in ROWS if row["variant"] == variant]


def averaged(variant: str, score: str) -> float:
    return mean(row[score] for row in of(variant))


def test_the_asker_shows_the_rising_loss_of_the_question():
    (row,) = of("asker")
    assert row["d_loss_first"] < row["d_loss_last"]
    assert row["d_loss_last"] == pytest.approx(1.6265, abs=0.02)
    assert row["g_loss_last"] == pytest.approx(0.3133, abs=0.02)
    assert row["classifier_score"] < 1.5


@pytest.mark.parametrize("variant", ["modern"])
def test_digits_are_nearly_as_good_as_real_ones(variant: str):
    accuracy = of(variant)[0]["classifier_accuracy"]
    assert averaged(variant, "frechet_distance") <= 3 * averaged(variant, "frechet_distance_real")
    assert averaged(variant, "classifier_score") >= 0.99 * averaged(variant, "classifier_score_real")
    assert averaged(variant, "class_consistency") >= accuracy - 0.008
    assert all(row["classes_covered"] == 10 for row in of(variant))


def test_all_were_scored_in_the_same_way_by_a_classifier_that_reads_mnist():
    assert len({tuple(row[name] for name in BASIS) for row in ROWS}) == 1
    assert all(row["classifier_accuracy"] >= 0.994 and row["data_set"] == "mnist" and row["split"] == "test" for row in ROWS)
    assert f"reads {100 * ROWS[0]['classifier_accuracy']:.2f} % of the MNIST test set" in README


def test_what_is_published_was_trained_as_params_say():
    variants = load_settings(ROOT / "params.yaml").gan
    assert all(row["images_seen"] == variants[row["variant"]].training_images for row in ROWS)


def test_the_page_of_results_shows_the_published_numbers():
    assert (ROOT / "docs/results.md").read_text() == describe(ROWS, VARIANTS)


@pytest.mark.parametrize("variant", ["asker", "answer", "modern"])
def test_readme_shows_the_published_numbers(variant: str):
    assert variant_row(of(variant)) in README


def test_readme_shows_the_floors():
    assert real_row(ROWS[0]) in README


@pytest.mark.parametrize("number", range(len(TRIALS)))
def test_the_page_of_the_search_shows_every_trial(number: int):
    text = (ROOT / "docs/search.md").read_text()
    assert HEADING in text
    assert trial_row(TRIALS[number]) in text


def test_trials_never_saw_the_test_split():
    assert all(trial["split"] == "validation" for trial in TRIALS)


ROW = {"variant": "a", "seed": 0, "status": "finished", "images_seen": 1098240, "training_seconds": 61.4, "class_consistency": None}
ROW |= {"frechet_distance": 4.0, "precision": 0.5, "recall": 0.25, "classifier_score": 9.0}
ROW |= {"d_loss_first": 1.0, "d_loss_last": 2.0, "g_loss_first": 0.5, "g_loss_last": None}


def test_a_row_of_one_seed():
    assert variant_row([ROW]) == "| `a` | 1 | 1 098 240 | 1 min 01 s | 4.0 | 0.500 | 0.250 | 9.00 |  | 1.000 → 2.000 | 0.500 →  |"


def test_a_row_of_several_seeds_has_means_and_spreads_and_the_first_seeds_losses():
    others = [ROW | {"seed": seed, "frechet_distance": 4.0 + seed, "training_seconds": 50.0, "d_loss_first": 7.0} for seed in (2, 1)]
    row = variant_row([*others, ROW | {"status": "diverged"}])
    assert row.startswith("| `a` (1 of 3 diverged) | 3 | 1 098 240 | 50 s | 5.0 ± 1.0 | 0.500 ± 0.000 |")
    assert "| 1.000 → 2.000 |" in row


def test_numbers_that_are_not_there_leave_a_gap():
    assert spread([None, None], 2) == ""
    assert spread([None, 1.0], 2) == "1.00"
    assert (duration(59.6), duration(3600)) == ("1 min 00 s", "60 min 00 s")


def test_a_table_has_one_width():
    lines = table(
        [
            row | {f"{name}_real": 1.0 for name in ("class_consistency", "frechet_distance", "precision", "recall", "classifier_score")}
            for row in [ROW]
        ],
        ["a"],
    )
    assert len({line.count("|") for line in lines.splitlines()}) == 1
