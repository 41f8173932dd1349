"""Each benchmark runs on a small finished project, in its own folder, and leaves what it promises."""

import json
import re
import shutil
from pathlib import Path

import pytest

from benchmarks import bias, evaluation_time, publish, search
from benchmarks.tables import Row
from pipeline.files.artifacts import write_json
from pipeline.files.json_file import read_json
from pipeline.metrics.score_names import SCORES
from pipeline.settings.params import Settings, load_settings
from tests.conftest import ROOT

PICTURES = (publish.TRAINING_PICTURE, publish.SAMPLES_PICTURE)


@pytest.fixture(scope="module")
def copied(finished_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a small project after `dvc repro`, with the results that this repository has published."""
    copy = tmp_path_factory.mktemp("benchmarks") / "project"
    shutil.copytree(finished_project, copy, ignore=shutil.ignore_patterns(".git", ".dvc"), symlinks=True)
    (copy / publish.RESULTS).parent.mkdir()
    shutil.copy(ROOT / publish.RESULTS, copy / publish.RESULTS)
    return copy


@pytest.fixture
def settings(copied: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The project's settings; a test runs in the project's folder, as a user does."""
    monkeypatch.chdir(copied)
    for name in ("MLFLOW_TRACKING_URI", "DVC_ROOT"):
        monkeypatch.delenv(name, raising=False)
    return load_settings()


def published() -> dict[str, Row]:
    return {row["variant"]: row for row in read_json(publish.RESULTS)["cells"]}


def test_publishing_writes_rows_page_and_pictures(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    publish.publish(settings)
    rows = published()
    assert list(rows) == ["asker", "modern"]
    assert "no longer published, because settings, data or classifier have changed since: asker_200-0, asker_shared-0" in capsys.readouterr().out
    for row in rows.values():
        assert row["data_set"] == "digits"
        assert row["images_seen"] == 512
        assert row["training_seconds"] > 0
        assert re.fullmatch("[0-9a-f]{32}", row["weights_md5"])
    scores = read_json(Path("artifacts/evaluation/modern-0/scores.json"))
    assert rows["modern"] | scores == rows["modern"]
    assert "| `asker` | 1 | 512 |" in publish.PAGE.read_text(encoding="utf-8")
    assert all(path.stat().st_size > 1000 for path in PICTURES)


def test_a_published_cell_stays_while_its_settings_and_data_stay(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    publish.publish(settings)
    before = published()["modern"]
    leaderboard = read_json(publish.LEADERBOARD)
    only_asker = leaderboard | {"cells": [row for row in leaderboard["cells"] if row["variant"] == "asker"]}
    write_json(publish.LEADERBOARD, only_asker)
    publish.publish(settings)
    assert published()["modern"] == before
    changed = settings.model_copy(
        update={"gan": settings.gan | {"modern": settings.gan["modern"].model_copy(update={"generator_learning_rate": 0.1})}}
    )
    publish.publish(changed)
    write_json(publish.LEADERBOARD, leaderboard)
    assert list(published()) == ["asker"]
    assert "have changed since: modern-0" in capsys.readouterr().out


def test_a_cell_without_durations_on_record_is_not_published(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(publish.PublishError, match=r"durations of \w+-0, found no run .*; delete its run .* train@"):
        publish.publish(settings)


@pytest.mark.slow
def test_a_trial_trains_and_scores_against_the_validation_split(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "VALIDATION", Path("artifacts/data/test.npz"))  # that of the bundled digits has fewer images than a score needs
    before = sorted(Path("artifacts").rglob("*"))
    row = search.search(settings, "asker", {"training_images": 256})
    assert (row["variant"], row["split"], row["images_seen"], row["changes"]) == ("asker", "validation", 256, {"training_images": 256})
    assert set(row["scores"]) == set(SCORES)
    assert search.trial_row(row).startswith("| `asker` | as it is | 256 | ")
    assert search.trial_row(row).count("|") == search.HEADING.count("|")
    assert sorted(Path("artifacts").rglob("*")) == before


def test_bias_scores_growing_parts_of_samples_and_of_real_digits(settings: Settings) -> None:
    found = bias.bias(settings, "modern", (150, 300))
    assert [(row["images_of"], row["images"]) for row in found["rows"]] == [
        ("modern", 150),
        ("modern", 300),
        ("real digits", 150),
        ("real digits", 300),
    ]
    assert (found["real_images"], found["split"]) == (359, "test")
    scores = read_json(Path("artifacts/evaluation/modern-0/scores.json"))["scores"]
    assert found["rows"][1]["precision"] == pytest.approx(scores["precision"], abs=0.02)  # the same 300 samples
    assert found["rows"][1]["frechet_distance"] == pytest.approx(scores["frechet_distance"], rel=0.01)


@pytest.mark.slow
def test_the_time_of_an_evaluation_is_that_of_its_parts_and_of_the_command(settings: Settings) -> None:
    seconds = evaluation_time.measure(settings, "modern", rounds=1)
    assert set(seconds) == set(json.loads((ROOT / evaluation_time.TIMES).read_text())["seconds"])
    assert max(seconds, key=lambda name: seconds[name]) == "the whole command, start included"
