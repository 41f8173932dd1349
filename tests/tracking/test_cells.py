"""A cell's run over its life: trained, evaluated, diagnosed, made again with and without another result."""

import os
import time
from pathlib import Path

import mlflow
import numpy as np
import psutil
import pytest

from pipeline.provenance import cell_settings, code_hash, training_key
from pipeline.settings.params import Settings
from pipeline.tracking import cells as module
from pipeline.tracking.cells import cell_run, record_epoch, record_sheet, training_run
from pipeline.tracking.diagnosis import diagnosis_tags, record_diagnosis
from pipeline.tracking.ownership import OWNER, PROCESS
from pipeline.tracking.run import CODE, DIAGNOSIS, EVALUATION, KEY, TRAINING, Run
from pipeline.tracking.scores import record_evaluation
from tests.tracking.conftest import ASKER, Files, runs

Client = mlflow.MlflowClient


def train(settings: Settings, files: Files) -> None:
    """As the stage does it: epochs are recorded while they pass."""
    with training_run(settings, ASKER, files.gan) as run:
        for epoch in (1, 2):
            record_epoch(run, {"epoch": epoch, "d_loss": 1.0 + epoch, "g_loss": None}, seconds=3.0)
        record_sheet(run, 0, np.zeros((10, 28, 28), np.uint8), "caption")


def evaluate(settings: Settings, files: Files) -> bool:
    return record_evaluation(settings, ASKER, files.gan, files.evaluation)


def diagnose(settings: Settings, files: Files) -> bool:
    return record_diagnosis(settings, ASKER, files.gan, files.evaluation, files.diagnosis)


def full_disk(*_: object) -> None:
    raise OSError("disk full")


def complete(run: mlflow.entities.Run) -> bool:
    return {TRAINING, EVALUATION, DIAGNOSIS} <= set(run.data.tags)


def test_a_cell_is_one_run_with_settings_losses_scores_and_findings(client: Client, settings: Settings, files: Files) -> None:
    train(settings, files)
    assert evaluate(settings, files)
    assert diagnose(settings, files)
    (run,) = runs(client)
    assert complete(run)
    assert (run.info.run_name, run.info.status, run.data.tags[KEY]) == ("asker-0", "FINISHED", training_key(settings, ASKER))
    assert run.data.params == {name: str(value) for name, value in cell_settings(settings, ASKER).items()}
    expected = {"losses/d_loss": 3.0, "time/epoch_seconds": 3.0, "scores/frechet_distance": 4.0, "real_reference/precision": 0.94}
    assert (expected | {"scores_by_epoch/classifier_score": 1.5, "diagnosis/real_fake_auc": 0.7}).items() <= run.data.metrics.items()
    assert not {"losses/g_loss", "losses/epoch", "diagnosis/train_heldout_auc"} & set(run.data.metrics)
    assert (run.data.tags["diagnosis"], run.data.tags["diagnosis.errors"]) == ("error", "class_collapse")
    assert (run.data.tags["strategy"], run.data.tags["devices"]) == ("single", "CPU:0")
    listed = {file.path for file in client.list_artifacts(run.info.run_id)}
    assert {"figure.png", "scores.json", "confusion.csv", "asker-0.json"} <= listed


def test_a_training_that_ends_in_the_same_bytes_leaves_the_complete_run_and_its_scores(client: Client, settings: Settings, files: Files) -> None:
    train(settings, files)
    evaluate(settings, files)
    diagnose(settings, files)
    (before,) = runs(client)
    client.set_tag(before.info.run_id, CODE, "of another code")
    train(settings, files)
    (after,) = runs(client)
    assert after.info.run_id == before.info.run_id
    assert complete(after)
    assert after.data.tags[CODE] == code_hash(*module.CELL_STAGES)
    assert [point.step for point in client.get_metric_history(after.info.run_id, "losses/d_loss")] == [1, 2]


def test_another_result_of_the_same_settings_is_another_run(client: Client, settings: Settings, files: Files) -> None:
    train(settings, files)
    evaluate(settings, files)
    files.write_training(b"other weights")
    train(settings, files)
    new, old = runs(client)
    assert EVALUATION in old.data.tags
    assert EVALUATION not in new.data.tags
    evaluate(settings, files)
    assert EVALUATION in runs(client)[0].data.tags


def test_stop_on_makes_no_other_run(client: Client, settings: Settings, files: Files) -> None:
    train(settings, files)
    evaluate(settings, files)
    changed = settings.model_copy(update={"train": settings.train.model_copy(update={"stop_on": "error"})})
    train(changed, files)
    (run,) = runs(client)
    assert EVALUATION in run.data.tags


def test_a_run_that_was_cut_off_is_replaced(client: Client, settings: Settings, files: Files) -> None:
    with pytest.raises(KeyboardInterrupt), training_run(settings, ASKER, files.gan) as run:
        record_epoch(run, {"epoch": 1, "d_loss": 9.0}, seconds=1.0)
        raise KeyboardInterrupt
    (failed,) = runs(client)
    assert failed.info.status == "FAILED"
    train(settings, files)
    (recorded,) = runs(client)
    assert recorded.info.run_id != failed.info.run_id
    assert recorded.data.metrics["losses/d_loss"] == 3.0


def test_an_evaluation_that_was_cut_off_is_completed_with_one_point_a_score(
    client: Client, settings: Settings, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(settings, files)
    with monkeypatch.context() as patch:
        patch.setattr(Run, "file", full_disk)
        assert not evaluate(settings, files)
    assert EVALUATION not in runs(client)[0].data.tags
    time.sleep(0.01)
    assert evaluate(settings, files)
    (run,) = runs(client)
    for name in ("scores/frechet_distance", "scores/precision"):
        assert len(client.get_metric_history(run.info.run_id, name)) == 1
    assert [point.step for point in client.get_metric_history(run.info.run_id, "scores_by_epoch/classifier_score")] == [0, 1, 2]


def test_other_scores_of_the_same_training_are_a_run_with_its_losses(client: Client, settings: Settings, files: Files) -> None:
    train(settings, files)
    evaluate(settings, files)
    files.write_evaluation(distance=5.0)
    evaluate(settings, files)
    evaluate(settings, files)
    new, old = runs(client)
    assert (new.data.metrics["scores/frechet_distance"], old.data.metrics["scores/frechet_distance"]) == (5.0, 4.0)
    for run in (new, old):
        assert [point.value for point in client.get_metric_history(run.info.run_id, "losses/d_loss")] == [2.0, 3.0]
    diagnose(settings, files)
    new, old = runs(client)
    assert DIAGNOSIS in new.data.tags
    assert DIAGNOSIS not in old.data.tags


@pytest.mark.parametrize(("section", "values"), [("evaluate", {"minimum_accuracy": 0.5, "curve_points": 9}), ("run", {"threads": 2})])
def test_evaluation_settings_that_change_no_byte_make_no_other_run(
    client: Client, settings: Settings, files: Files, section: str, values: dict[str, object]
) -> None:
    train(settings, files)
    evaluate(settings, files)
    diagnose(settings, files)
    changed = settings.model_copy(update={section: getattr(settings, section).model_copy(update=values)})
    evaluate(changed, files)
    assert diagnose(changed, files)
    (run,) = runs(client)
    assert complete(run)


def test_a_training_whose_record_was_cut_off_at_its_end_is_replaced(
    client: Client, settings: Settings, files: Files, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, "log_generator", full_disk)
        train(settings, files)
    assert "disk full" in capsys.readouterr().err
    monkeypatch.delenv("DVC_EXP_NAME", raising=False)
    evaluate(settings, files)
    (run,) = runs(client)
    assert {TRAINING, EVALUATION} <= set(run.data.tags)


def test_a_run_that_another_process_or_another_project_fills_is_left_alone(client: Client, settings: Settings, files: Files) -> None:
    live = cell_run(settings, ASKER, {PROCESS: f"{os.getppid()} {psutil.Process(os.getppid()).create_time():.0f}"})
    train(settings, files)
    assert {run.info.status for run in runs(client)} == {"RUNNING", "FINISHED"}
    client.set_tag(str(live.run_id), OWNER, "another folder")
    client.set_tag(str(live.run_id), PROCESS, "1 0")
    files.write_training(b"other weights")
    train(settings, files)
    assert live.run_id in {run.info.run_id for run in runs(client)}


def test_the_duration_of_a_run_is_that_of_its_training(client: Client, settings: Settings, files: Files) -> None:
    train(settings, files)
    (trained,) = runs(client)
    time.sleep(0.3)
    evaluate(settings, files)
    diagnose(settings, files)
    (run,) = runs(client)
    assert (run.info.start_time, run.info.end_time) == (trained.info.start_time, trained.info.end_time)


def test_a_training_that_was_continued_has_the_seconds_of_all_its_processes(client: Client, settings: Settings, files: Files) -> None:
    with training_run(settings, ASKER, files.gan) as run:
        run.seconds_before, run.system = 1000.0, lambda: {"cpu_percent": 50.0}
        record_epoch(run, {"epoch": 1, "d_loss": 2.0}, seconds=900.0, earlier=True)
        record_epoch(run, {"epoch": 2, "d_loss": 3.0}, seconds=150.0)
    (recorded,) = runs(client)
    assert 1000 <= recorded.data.metrics["time/training_seconds"] < 1060
    busy = client.get_metric_history(recorded.info.run_id, "system/cpu_percent")
    assert [(point.step, point.value) for point in busy] == [(2, 50.0)]  # what the machine did before it was continued is not known
    epochs = client.get_metric_history(recorded.info.run_id, "time/epoch_seconds")
    assert [(point.step, point.value) for point in epochs] == [(1, 900.0), (2, 150.0)]


def test_a_missing_run_is_made_from_the_files(client: Client, settings: Settings, files: Files) -> None:
    assert evaluate(settings, files)
    (run,) = runs(client)
    assert {TRAINING, EVALUATION} <= set(run.data.tags)
    assert [(point.step, point.value) for point in client.get_metric_history(run.info.run_id, "losses/d_loss")] == [(1, 2.0), (2, 3.0)]
    images = [file.path for file in client.list_artifacts(run.info.run_id, "images")]
    assert len([path for path in images if path.endswith(".png")]) == 3
    assert evaluate(settings, files)
    assert len(runs(client)) == 1


def test_tags_follow_the_findings_and_evidence_is_recorded_once(client: Client, settings: Settings, files: Files) -> None:
    evaluate(settings, files)
    diagnose(settings, files)
    files.write_diagnosis({})
    diagnose(settings, files)
    (run,) = runs(client)
    assert (run.data.tags["diagnosis"], run.data.tags["diagnosis.errors"]) == ("healthy", "none")
    assert len(client.get_metric_history(run.info.run_id, "diagnosis/real_fake_auc")) == 1


def test_findings_without_a_run_are_not_lost_in_silence(client: Client, settings: Settings, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert not diagnose(settings, files)
    assert runs(client) == []
    assert "no run of asker-0 with these scores); no result is lost: `python -m pipeline.tracking` records it later" in capsys.readouterr().err


def test_what_identifies_a_run_may_be_missing(client: Client, settings: Settings, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    Path("artifacts/data/test.npz").unlink()
    train(settings, files)
    assert not evaluate(settings, files)
    assert not diagnose(settings, files)
    assert capsys.readouterr().err.count("warning: the run was not recorded in MLflow") == 3


def test_healthy_is_a_tag_too() -> None:
    assert diagnosis_tags([]) == {"diagnosis": "healthy", "diagnosis.errors": "none", "diagnosis.warnings": "none", "diagnosis.notes": "none"}
    assert diagnosis_tags([{"id": "class_collapse", "severity": "error"}])["diagnosis"] == "error"
