"""A record that is completed from the files: equal to one that was made live but for what is only known live, and complete whatever failed before."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import mlflow
import numpy as np
import pytest

from pipeline.files.artifacts import write_json
from pipeline.settings.params import Settings
from pipeline.tracking import __main__ as command
from pipeline.tracking.cells import record_epoch, record_sheet, training_run
from pipeline.tracking.classifier import record_classifier
from pipeline.tracking.comparison import record_comparison
from pipeline.tracking.diagnosis import record_diagnosis
from pipeline.tracking.scores import record_evaluation
from tests import written
from tests.tracking.conftest import ASKER, Files, runs

# What a run that is made from the files does not know, or knows of the process that makes it.
ONLY_LIVE = ("time/", "system/", "device", "precision", "version.", "pipeline.process", "mlflow.source.", "mlflow.note.content", "mlflow.parentRunId")
ARTIFACTS = Path("artifacts")


class Recorded(NamedTuple):
    """What is comparable of a run."""

    status: str
    params: dict[str, str]
    tags: dict[str, str]
    metrics: dict[str, list[tuple[int, float]]]
    artifacts: dict[str, bytes]


@pytest.fixture
def one(settings: Settings, files: Files, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of one cell, with the files of every stage, all up to date."""
    write_json(ARTIFACTS / "classifier/report.json", written.CLASSIFIER)
    write_json(ARTIFACTS / "classifier/history.json", written.CLASSIFIER_HISTORY)
    (ARTIFACTS / "report").mkdir()
    (ARTIFACTS / "report/index.html").write_text("a report")
    write_json(ARTIFACTS / "leaderboard.json", written.leaderboard([written.scores()], []))
    small = settings.model_copy(update={"run": settings.run.model_copy(update={"variants": ["asker"]})})
    monkeypatch.setattr(command, "load_settings", lambda: small)
    monkeypatch.setattr(command, "_stale_stages", set)
    return small


def live(settings: Settings, files: Files) -> None:
    """As the stages do it."""
    record_classifier(settings, ARTIFACTS / "classifier/report.json", ARTIFACTS / "classifier/history.json", 1000.0)
    with training_run(settings, ASKER, files.gan) as run:
        for epoch in range(3):
            if epoch:
                record_epoch(run, {"epoch": epoch, "d_loss": 1.0 + epoch, "g_loss": None}, seconds=3.0)
            record_sheet(run, epoch, np.zeros((10, 28, 28), np.uint8), f"asker, seed 0, mnist, epoch {epoch}")
    record_evaluation(settings, ASKER, files.gan, files.evaluation, 1000.0)
    record_diagnosis(settings, ASKER, files.gan, files.evaluation, files.diagnosis)
    record_comparison(settings, ARTIFACTS / "leaderboard.json", ARTIFACTS / "report/index.html")


def recorded(client: mlflow.MlflowClient) -> dict[str, list[Recorded]]:
    """All runs by experiment."""
    return {name: [comparable(client, run) for run in runs(client, name)] for name in ("gan", "digit-classifier", "comparison")}


def comparable(client: mlflow.MlflowClient, run: mlflow.entities.Run) -> Recorded:
    run_id = run.info.run_id
    series = {key: client.get_metric_history(run_id, key) for key in run.data.metrics if not key.startswith(ONLY_LIVE)}
    metrics = {key: sorted((point.step, point.value) for point in history) for key, history in series.items()}
    tags = {key: value for key, value in run.data.tags.items() if not key.startswith(ONLY_LIVE)}
    folder = Path(mlflow.artifacts.download_artifacts(run_id=run_id))
    found = [(path, path.relative_to(folder).as_posix()) for path in folder.rglob("*") if path.is_file()]
    artifacts = {name.split("+timestamp")[0] + path.suffix: path.read_bytes() for path, name in found}
    assert len(artifacts) == len(found)  # no picture twice
    return Recorded(run.info.status, run.data.params, tags, metrics, artifacts)


@contextmanager
def failing_from(call: int, patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The store refuses this call that changes something, and every later one; gives the calls."""
    calls: list[str] = []

    def counted(name: str) -> Any:
        method = getattr(mlflow.MlflowClient, name)

        def refuse(self: mlflow.MlflowClient, *arguments: Any, **named: Any) -> Any:
            calls.append(name)
            if len(calls) >= call:
                raise OSError("disk full")
            return method(self, *arguments, **named)

        return refuse

    changing = (
        "create_run",
        "log_batch",
        "log_inputs",
        "log_image",
        "log_artifact",
        "set_tag",
        "set_terminated",
        "delete_run",
        "create_logged_model",
    )
    for name in changing:
        patch.setattr(mlflow.MlflowClient, name, counted(name))
    yield calls


def test_a_record_from_the_files_is_the_live_one_and_making_it_again_changes_nothing(
    client: mlflow.MlflowClient, one: Settings, files: Files
) -> None:
    live(one, files)
    expected = recorded(client)
    assert {name: len(found) for name, found in expected.items()} == {"gan": 1, "digit-classifier": 1, "comparison": 1}
    assert command.rebuild(ARTIFACTS)
    assert recorded(client) == expected
    for name in expected:
        for run in runs(client, name):
            client.delete_run(run.info.run_id)
    for _ in range(2):
        assert command.rebuild(ARTIFACTS)
        assert recorded(client) == expected


@pytest.mark.parametrize(("stage", "recorded_still"), [("preprocess", []), ("evaluate@asker-0", ["classifier", "comparison"])])
def test_what_an_edit_has_made_stale_is_named_and_not_recorded(
    client: mlflow.MlflowClient,
    one: Settings,
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stage: str,
    recorded_still: list[str],
) -> None:
    """After an edit of preprocess.validation_every the files are still those that were made with the old value."""
    monkeypatch.setattr(command, "_stale_stages", lambda: {"settings", stage})
    assert command.rebuild(ARTIFACTS)
    lines = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines() if line.startswith(("classifier", "asker-0", "comparison")))
    assert [name for name, said in lines.items() if said == "on record"] == recorded_still
    assert lines["asker-0"] == "not up to date, so not recorded; run `dvc repro`"
    assert client.get_experiment_by_name("gan") is None or runs(client) == []


@pytest.mark.parametrize("call", [9, 26, *(pytest.param(call, marks=pytest.mark.slow) for call in range(1, 60, 3))])
def test_whatever_failed_it_is_completed_without_doubles(
    client: mlflow.MlflowClient, one: Settings, files: Files, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    with monkeypatch.context() as patch, failing_from(call, patch) as calls:
        live(one, files)
    assert len(calls) >= call
    for _ in range(2):
        assert command.rebuild(ARTIFACTS)
    after = recorded(client)
    assert {name: [run.status for run in found] for name, found in after.items()} == {name: ["FINISHED"] for name in after}
    (cell,) = after["gan"]
    assert cell.metrics["losses/d_loss"] == [(1, 2.0), (2, 3.0)]
    assert cell.metrics["scores/frechet_distance"] == [(0, 4.0)]
    assert len([name for name in cell.artifacts if name.startswith("images/")]) == 6
    assert {"pipeline.training", "pipeline.evaluation", "pipeline.diagnosis"} <= set(cell.tags)


def test_a_repair_that_was_not_recorded_is_recorded_later(client: mlflow.MlflowClient, one: Settings) -> None:
    whole = {"scores": {"frechet_distance": 3.0}, "real_reference": {}, "found": [], "errors": [], "training_images": 100, "seed": 0}
    path = {"variant": "asker", "seeds": [0], "end": "nothing is found", "left": [], "images": 100, "steps": [], "skipped": {}, "section": {}}
    folder = ARTIFACTS / "repair/asker"
    write_json(folder / "repair.json", path | {"asked_by": {}, "whole_before": None, "whole": whole})
    (folder / "index.html").write_text("a page")
    for _ in range(2):
        assert command.rebuild(ARTIFACTS)
        (run,) = runs(client, "repair")
        assert run.info.run_name == "repair of asker"
        assert run.data.metrics["scores/frechet_distance"] == 3.0


def test_a_store_that_does_not_answer_is_asked_once(
    client: mlflow.MlflowClient, one: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mlflow.db").write_bytes(b"not a database" * 1000)
    assert not command.rebuild(ARTIFACTS)
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert printed.out.splitlines() == ["classifier: not recorded", "the store does not answer, so nothing more was tried"]
