"""The published results: they hold what the project promises, and README says what they say."""

import json

import pytest

from tests.conftest import ROOT

ROWS = {row["variant"]: row for row in json.loads((ROOT / "benchmarks/results.json").read_text())["cells"] if row["seed"] == 0}
README = (ROOT / "README.md").read_text()


def test_the_asker_shows_the_rising_loss_of_the_question():
    asker = ROWS["asker"]
    assert asker["d_loss_first"] < asker["d_loss_last"]
    assert asker["d_loss_last"] == pytest.approx(1.6265, abs=0.02)
    assert asker["g_loss_last"] == pytest.approx(0.3133, abs=0.02)
    assert asker["classifier_score"] < 1.5


def test_the_modern_gan_draws_digits():
    modern = ROWS["modern"]
    assert modern["frechet_distance"] <= 6 * modern["frechet_distance_real"]
    assert modern["classifier_score"] >= 0.975 * modern["classifier_score_real"]
    assert modern["classes_covered"] == 10


def test_the_classifier_reads_mnist():
    assert all(row["classifier_accuracy"] >= 0.994 and row["data_set"] == "mnist" and row["split"] == "test" for row in ROWS.values())
    assert f"reads {100 * ROWS['modern']['classifier_accuracy']:.2f} % of the MNIST test set" in README


@pytest.mark.parametrize("variant", ROWS)
def test_readme_shows_the_published_numbers(variant: str):
    row = ROWS[variant]
    consistency = "" if row["class_consistency"] is None else f"{row['class_consistency']:.3f}"
    scores = f"{row['frechet_distance']:.1f} | {row['precision']:.3f} | {row['recall']:.3f} | {row['classifier_score']:.2f} | {consistency}"
    losses = f"{row['d_loss_first']:.3f} → {row['d_loss_last']:.3f} | {row['g_loss_first']:.3f} → {row['g_loss_last']:.3f}"
    assert f"| `{variant}` | {scores} | {losses} | {row['training_seconds']:.0f} s |" in README


def test_readme_shows_the_floors():
    row = ROWS["modern"]
    scores = f"{row['frechet_distance_real']:.1f} | {row['precision_real']:.3f} | {row['recall_real']:.3f} | {row['classifier_score_real']:.2f}"
    assert f"| real digits | {scores} | {row['class_consistency_real']:.3f} |" in README
