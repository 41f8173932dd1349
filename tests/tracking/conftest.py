"""What tests of tracking share: a store of its own for each test, and the files of a cell that was trained, evaluated and diagnosed."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import mlflow
import numpy as np
import pytest
from mlflow.entities import LoggedModelOutput, LoggedModelStatus

from pipeline.data.digits import Digits, save_digits
from pipeline.doctor.diagnosis.diagnose import diagnose
from pipeline.files.artifacts import write_json
from pipeline.files.cells import Cell
from pipeline.metrics.score_names import SCORES
from pipeline.pictures.png import write_png
from pipeline.tracking import cells
from tests import written
from tests.conftest import ROOT
from tests.tracking.recorded import record_runs

ASKER = Cell("asker", 0)
COLLAPSED = {"effective_classes": 1.0, "precision": 0.8}
REAL = {"effective_classes": 9.98, "precision": 0.94}


class Files(NamedTuple):
    """The folders of a cell, and its diagnosis."""

    gan: Path
    evaluation: Path
    diagnosis: Path

    def write_training(self, weights: bytes = b"weights") -> None:
        """What the stage `train` leaves."""
        self.gan.mkdir(parents=True, exist_ok=True)
        (self.gan / "generator.weights.h5").write_bytes(weights)
        rows = [{"epoch": epoch, "d_loss": 1.0 + epoch, "g_loss": None} for epoch in (1, 2)]
        write_json(self.gan / "history.json", written.history(epochs=rows))
        write_json(self.gan / "evidence.json", {"before": {}, "epochs": [{"epoch": 1, "real_fake_auc": 0.7, "train_heldout_auc": None}]})
        np.save(self.gan / "samples.npy", np.zeros((3, 10, 28, 28), np.uint8))
        write_png(self.gan / "figure.png", np.zeros((4, 4), np.uint8))

    def write_evaluation(self, distance: float = 4.0) -> None:
        """What the stage `evaluate` leaves."""
        scores = dict.fromkeys(SCORES) | COLLAPSED | {"frechet_distance": distance}
        write_json(self.evaluation / "scores.json", written.scores(scores=scores, real_reference=REAL))
        write_json(self.evaluation / "curves.json", written.curves())
        (self.evaluation / "confusion.csv").write_text("requested,predicted\n")
        for name in ("by_class.png", "nearest.png"):
            write_png(self.evaluation / name, np.zeros((4, 4), np.uint8))

    def write_diagnosis(self, scores: dict[str, Any]) -> None:
        """What the stage `diagnose` leaves."""
        found = diagnose({"scores": scores, "real_reference": REAL})
        write_json(self.diagnosis, {"findings": [finding.row() for finding in found]})


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without experiments; its tables take MLflow a second or two."""
    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    mlflow.MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def client(empty_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[mlflow.MlflowClient]:
    """A client of a new store in a project with splits; the generator is logged without its files, which take seconds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    monkeypatch.setattr(cells, "log_generator", log_empty_model)
    for variable in ("DVC_STAGE", "DVC_EXP_NAME", "GAN_SWEEP", "GAN_REPAIR"):
        monkeypatch.delenv(variable, raising=False)
    for count, name in enumerate(("train", "validation", "test"), start=1):
        images, labels = np.zeros((count, 28, 28), np.uint8), np.zeros(count, np.uint8)
        save_digits(tmp_path / f"artifacts/data/{name}.npz", Digits("mnist", images, labels))
    for name in ("dvc.yaml", "params.yaml", "pipeline"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copy(empty_store, tmp_path)
    before = mlflow.get_tracking_uri()
    yield mlflow.MlflowClient(f"sqlite:///{tmp_path / 'mlflow.db'}")
    mlflow.set_tracking_uri(before)


def log_empty_model(run_id: str, *_: object) -> str:
    """A model of a run, as MLflow's `log_model` leaves it in the store, without any file."""
    client = mlflow.MlflowClient()
    model = client.create_logged_model(client.get_run(run_id).info.experiment_id, name="generator", source_run_id=run_id)
    client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
    client.log_outputs(run_id, [LoggedModelOutput(model.model_id, 0)])
    return str(model.model_id)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A cell with all of its files."""
    made = Files(tmp_path / "artifacts/gan/asker-0", tmp_path / "artifacts/evaluation/asker-0", tmp_path / "artifacts/diagnosis/asker-0.json")
    made.write_training()
    made.write_evaluation()
    made.write_diagnosis(COLLAPSED)
    return made


def runs(client: mlflow.MlflowClient, experiment: str = "gan") -> list[mlflow.entities.Run]:
    """The runs of an experiment, the newest first."""
    found = client.get_experiment_by_name(experiment)
    return [] if found is None else list(client.search_runs([found.experiment_id]))


@pytest.fixture(scope="session")
def recorded(empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project's folder with a store that has the runs of tests/tracking/recorded.py; for reading."""
    folder = tmp_path_factory.mktemp("recorded")
    shutil.copy(empty_store, folder)
    record_runs(mlflow.MlflowClient(f"sqlite:///{folder / 'mlflow.db'}"), (folder / "mlartifacts/gan").as_uri())
    return folder
