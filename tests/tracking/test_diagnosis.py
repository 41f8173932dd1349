"""Findings in the run of their cell: tags that follow every diagnosis, evidence by epoch once; no run, nothing recorded."""

from pathlib import Path

import mlflow
import pytest

from pipeline.doctor.diagnosis.diagnose import judge
from pipeline.files.artifacts import write_json
from pipeline.settings.params import Settings
from pipeline.tracking import diagnosis as module
from pipeline.tracking.diagnosis import health_tags, mirror_diagnosis
from pipeline.tracking.run import KEY


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> mlflow.MlflowClient:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    monkeypatch.setattr(module, "cell_key", lambda *_: "abc")
    return mlflow.MlflowClient(f"sqlite:///{tmp_path / 'mlflow.db'}")


def write(folder: Path, scores: dict) -> tuple[Path, Path]:
    write_json(folder / "evidence.json", {"before": {}, "epochs": [{"epoch": epoch, "separation": 0.7, "memory": None} for epoch in (1, 2)]})
    write_json(folder / "diagnosis.json", {"findings": [finding._asdict() for finding in judge({"scores": scores})]})
    return folder / "evidence.json", folder / "diagnosis.json"


COLLAPSED = {"effective_classes": 1.0, "effective_classes_real": 9.98, "precision": 0.8, "precision_real": 0.94}


def test_tags_follow_the_findings_and_curves_are_recorded_once(client: mlflow.MlflowClient, tmp_path: Path, settings: Settings):
    _, experiment = module.connect("gan")
    run = client.create_run(experiment, tags={KEY: "abc"})
    mirror_diagnosis(settings, "answer", 0, *write(tmp_path, COLLAPSED))
    tags = client.get_run(run.info.run_id).data.tags
    assert (tags["health"], tags["health.errors"], tags["health.warnings"]) == ("error", "class_collapse", "unlike_real_digits")
    mirror_diagnosis(settings, "answer", 0, *write(tmp_path, {}))
    found = client.get_run(run.info.run_id)
    assert (found.data.tags["health"], found.data.tags["health.errors"]) == ("healthy", "none")
    assert [metric.step for metric in client.get_metric_history(run.info.run_id, "health/separation")] == [1, 2]
    assert "health/memory" not in found.data.metrics
    assert [file.path for file in client.list_artifacts(run.info.run_id)] == ["diagnosis.json"]


def test_without_a_run_nothing_is_recorded(client: mlflow.MlflowClient, tmp_path: Path, settings: Settings):
    mirror_diagnosis(settings, "answer", 0, *write(tmp_path, {}))
    _, experiment = module.connect("gan")
    assert client.search_runs([experiment]) == []


def test_a_store_that_fails_costs_a_warning(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def broken(_: str) -> None:
        raise OSError("no store")

    monkeypatch.setattr(module, "connect", broken)
    mirror_diagnosis(settings, "answer", 0, *write(tmp_path, {}))
    assert capsys.readouterr().err.startswith("warning: MLflow's store failed (no store)")


def test_healthy_is_a_tag_too():
    assert health_tags([]) == {"health": "healthy", "health.errors": "none", "health.warnings": "none", "health.notes": "none"}
