"""The published results: they hold what the project promises, and README and docs say what they say."""

import json
from pathlib import Path
from statistics import mean

import pytest

from benchmarks import publish
from benchmarks.publish import BASIS, describe, images_seen
from benchmarks.search import HEADING, _assignment, search, trial_row
from benchmarks.tables import duration, real_row, spread, table, variant_row
from pipeline.files.errors import PipelineError, SettingsError
from pipeline.settings.params import Settings, load_settings
from tests.conftest import ROOT

ROWS = json.loads((ROOT / "benchmarks/results.json").read_text())["cells"]
TRIALS = json.loads((ROOT / "benchmarks/search.json").read_text())["trials"]
LOWEST_RATE = {"generator_learning_rate": 0.00003, "discriminator_learning_rate": 0.00003}
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


def test_the_question_as_long_as_it_was_asked_ends_on_the_same_losses():
    (row,) = of("asker_200")
    assert row["images_seen"] == 10 * of("asker")[0]["images_seen"]
    assert row["d_loss_last"] == pytest.approx(1.6265, abs=0.02)
    assert row["g_loss_last"] == pytest.approx(0.3133, abs=0.02)
    assert row["classifier_score"] < 1.5


def test_every_variant_of_the_settings_is_published():
    assert ["defaults", *VARIANTS] == list(load_settings(ROOT / "params.yaml").gan)


@pytest.mark.parametrize("variant", ["asker", "asker_shared", "asker_activation", "asker_glorot", "asker_tanh"])
def test_a_sigmoid_before_the_loss_pins_both_losses(variant: str):
    """log(1 + e^-1) + log 2 <= D, log(1 + e^-1) <= G <= log 2, whatever the networks do."""
    (row,) = of(variant)
    for when in ("first", "last"):
        assert 1.0064 <= row[f"d_loss_{when}"] <= 2.0065
        assert 0.3132 <= row[f"g_loss_{when}"] <= 0.6932


def test_one_discriminator_instead_of_two_ends_the_rise():
    (row,) = of("asker_shared")
    assert row["d_loss_last"] == pytest.approx(1.0064, abs=0.01)
    assert row["g_loss_last"] == pytest.approx(0.6931, abs=0.01)


def test_at_the_lowest_rate_that_was_asked_about_the_loss_rises_more_slowly():
    (slow,) = (trial for trial in TRIALS if trial["variant"] == "asker" and trial["changes"] == LOWEST_RATE)
    (fast,) = of("asker")
    assert slow["images_seen"] == fast["images_seen"]
    assert slow["d_loss_first"] < slow["d_loss_last"] < fast["d_loss_last"] - 0.01


@pytest.mark.parametrize(("variant", "floors"), [("modern", 3), ("best", 1.5), ("modern_unconditional", 10)])
def test_digits_are_distributed_nearly_as_real_ones(variant: str, floors: float):
    assert averaged(variant, "frechet_distance") <= floors * averaged(variant, "frechet_distance_real")
    assert all(row["classes_covered"] == 10 for row in of(variant))


@pytest.mark.parametrize(("variant", "of_real"), [("modern", 0.99), ("best", 0.997)])
def test_digits_are_read_nearly_as_surely_as_real_ones(variant: str, of_real: float):
    assert averaged(variant, "classifier_score") >= of_real * averaged(variant, "classifier_score_real")


def test_the_first_seed_without_labels_reaches_what_was_aimed_at():
    """0.96 of the real score; three seeds miss it by a thousandth on average, as docs/search.md says."""
    first = of("modern_unconditional")[0]
    assert first["seed"] == 0
    assert first["classifier_score"] >= 0.96 * first["classifier_score_real"]


@pytest.mark.parametrize(("variant", "below"), [("modern", 0.008), ("best", 0.003)])
def test_digits_are_those_that_were_asked_for(variant: str, below: float):
    assert averaged(variant, "class_consistency") >= of(variant)[0]["classifier_accuracy"] - below


@pytest.mark.parametrize("score", ["precision", "recall"])
def test_the_best_digits_are_as_true_and_as_varied_as_real_ones(score: str):
    assert averaged("best", score) >= averaged("best", f"{score}_real") - 0.05


def test_better_training_alone_brings_the_answers_networks_to_all_digits():
    assert averaged("answer_tuned", "classifier_score") > 2 * averaged("answer", "classifier_score")
    assert all(row["classes_covered"] == 10 for row in of("answer_tuned"))


@pytest.mark.parametrize("variant", ["modern", "answer_tuned"])
def test_what_is_compared_was_trained_with_three_seeds(variant: str):
    assert [row["seed"] for row in of(variant)] == [0, 1, 2]


def test_all_were_scored_in_the_same_way_by_a_classifier_that_reads_mnist():
    assert len({tuple(row[name] for name in BASIS) for row in ROWS}) == 1
    assert all(row["classifier_accuracy"] >= 0.994 and row["data_set"] == "mnist" and row["split"] == "test" for row in ROWS)
    assert f"reads {100 * ROWS[0]['classifier_accuracy']:.2f} % of the MNIST test set" in README


def test_what_is_published_was_trained_as_params_say():
    settings = load_settings(ROOT / "params.yaml")
    for row in ROWS:
        planned = settings.gan[row["variant"]].training_images // settings.train.epoch_images
        assert row["images_seen"] == images_seen(settings, row["variant"], planned) or row["status"] == "diverged"


@pytest.mark.parametrize("picture", [publish.PICTURE, publish.SAMPLES_PICTURE])
def test_pictures_are_small(picture: Path):
    assert (ROOT / picture).stat().st_size < 300 * 1024


def test_images_are_counted_in_whole_steps(settings: Settings):
    assert images_seen(settings, "modern", 3) == 3 * 256
    assert images_seen(settings, "wgan_gp", 3) == 3 * 160  # 256 images hold one step of five batches of 32


def test_a_variant_without_samples_at_hand_is_not_published(tmp_path, monkeypatch):
    monkeypatch.setattr(publish, "GAN_FOLDER", tmp_path)
    rows = [{"variant": variant, "seed": seed} for variant, seed in (("asker", 0), ("modern", 1), ("modern", 2))]
    for cell in ("asker-0", "modern-2"):
        (tmp_path / cell).mkdir()
        (tmp_path / cell / "samples.png").touch()
    with pytest.raises(PipelineError, match="found none of modern; name all"):
        publish.first_cells(rows)
    (tmp_path / "modern-2").rename(tmp_path / "modern-1")
    assert publish.first_cells(rows) == {"asker": tmp_path / "asker-0", "modern": tmp_path / "modern-1"}


def test_the_page_of_results_shows_the_published_numbers():
    assert (ROOT / "docs/results.md").read_text() == describe(ROWS, VARIANTS)


@pytest.mark.parametrize("variant", ["asker", "asker_shared", "answer", "answer_tuned", "modern_unconditional", "modern", "best"])
def test_readme_shows_the_published_numbers(variant: str):
    assert variant_row(of(variant)) in README


def test_readme_shows_the_floors():
    assert real_row(ROWS[0]) in README


@pytest.mark.parametrize("number", range(len(TRIALS)))
def test_the_page_of_the_search_shows_every_trial(number: int):
    text = (ROOT / "docs/search.md").read_text()
    assert HEADING in text
    assert trial_row(TRIALS[number]) in text


def test_a_trial_of_what_is_not_there_is_refused_by_name(settings: Settings):
    with pytest.raises(SettingsError, match=r"^modrn: expected a variant of params.yaml: .*modern"):
        search(settings, "modrn", {})
    with pytest.raises(SettingsError, match=r"gan\.modern\.latent_siz: expected a known key, .* nearest known is latent_size"):
        search(settings, "modern", {"latent_siz": 3})
    with pytest.raises(SettingsError, match=r"^depth: expected KEY=VALUE"):
        _assignment("depth")
    assert _assignment("depth=2") == ("depth", 2)
    assert _assignment("generator_learning_rate=1e-4") == ("generator_learning_rate", 1e-4)


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
