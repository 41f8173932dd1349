"""Each benchmark runs on a small finished project, in its own folder, and leaves what it promises."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from benchmarks import bias, evaluation_time, search
from benchmarks.publish.__main__ import PAGE, RESULTS, SAMPLES_PICTURE, TRAINING_PICTURE, publish
from benchmarks.publish.clone import name_cells
from benchmarks.publish.rows import PublishError, origin, published_row
from pipeline.files.cells import Cell
from pipeline.files.errors import PipelineError
from pipeline.files.json_file import read_json
from pipeline.metrics.score_names import SCORES
from pipeline.settings.params import Settings, load_settings
from tests.conftest import ROOT

CELLS = [Cell("asker", 0), Cell("modern", 0)]


@pytest.fixture(scope="module")
def copied(finished_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a small project after `dvc repro`."""
    copy = tmp_path_factory.mktemp("benchmarks") / "project"
    shutil.copytree(finished_project, copy, ignore=shutil.ignore_patterns(".git", ".dvc"), symlinks=True)
    return copy


@pytest.fixture
def settings(copied: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The project's settings; a test runs in the project's folder, as a user does."""
    monkeypatch.chdir(copied)
    for name in ("MLFLOW_TRACKING_URI", "DVC_ROOT"):
        monkeypatch.delenv(name, raising=False)
    return load_settings()


def test_a_published_row_has_scores_cost_findings_and_origin(settings: Settings) -> None:
    row = published_row(settings, Cell("modern", 0))
    assert row | read_json(Path("artifacts/evaluation/modern-0/scores.json")) == row
    assert (row["data_set"], row["images_seen"]) == ("digits", 512)
    assert row["training_seconds"] > 0
    assert re.fullmatch("[0-9a-f]{32}", row["weights_md5"])
    assert origin(settings, Cell("modern", 0)).items() <= row.items()
    found = read_json(Path("artifacts/diagnosis/modern-0.json"))["findings"]
    assert list(row["findings"]) == [finding["id"] for finding in found]


def test_a_cell_without_durations_on_record_is_not_published(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(PublishError, match=r"durations of modern-0 in MLflow's store, found no run .*; there, delete its run .* train@"):
        published_row(settings, Cell("modern", 0))


@pytest.mark.slow
def test_cells_are_trained_in_a_clone_and_a_second_publication_trains_nothing(
    finished_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / "project"
    shutil.copytree(finished_project, project, ignore=shutil.ignore_patterns("artifacts", "mlflow.db*", "mlartifacts"), symlinks=True)
    (project / "benchmarks").mkdir(exist_ok=True)
    git = ["git", "-C", str(project), "-c", "user.name=test", "-c", "user.email=test@example.org"]
    for command in (["add", "--all"], ["commit", "--quiet", "--allow-empty", "--message", "as it is"]):
        subprocess.run([*git, *command], check=True)
    monkeypatch.chdir(project)
    for name in ("MLFLOW_TRACKING_URI", "DVC_ROOT"):
        monkeypatch.delenv(name, raising=False)
    publish(tmp_path / "clone", CELLS)
    rows = read_json(RESULTS)["cells"]
    assert [row["variant"] for row in rows] == ["asker", "modern"]
    assert "| `asker` | 1 | 512 |" in PAGE.read_text(encoding="utf-8")
    assert all(path.stat().st_size > 1000 for path in (TRAINING_PICTURE, SAMPLES_PICTURE))
    assert not (project / "artifacts").exists()
    capsys.readouterr()
    before = RESULTS.read_bytes()
    publish(tmp_path / "clone", CELLS)
    assert RESULTS.read_bytes() == before  # durations too: nothing was trained
    (project / "params.yaml").write_text((project / "params.yaml").read_text() + "# changed\n")
    with pytest.raises(PipelineError, match=r"^params.yaml: expected no change since the last commit, found one; commit it"):
        publish(tmp_path / "clone", CELLS)


def test_the_cells_are_named_in_the_clones_params_and_comments_stay(tmp_path: Path) -> None:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    name_cells(tmp_path / "params.yaml", [Cell("modern", 0), Cell("modern", 1), Cell("asker", 0)])
    before, after = (load_settings(folder / "params.yaml") for folder in (ROOT, tmp_path))
    assert after == before.model_copy(update={"run": before.run.model_copy(update={"variants": ["modern", "asker"], "seeds": [0, 1]})})
    assert (tmp_path / "params.yaml").read_text().count("#") == (ROOT / "params.yaml").read_text().count("#")


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
