"""What tests of serving share: a store with cells that were trained and scored, each with a logged generator."""

from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pytest

from pipeline.files.artifacts import write_json
from pipeline.files.cells import Cell
from pipeline.pictures.png import write_png
from pipeline.settings.params import Settings
from pipeline.tracking import cells
from pipeline.tracking.scores import record_evaluation
from pipeline.tracking.store import GANS, REQUESTS
from tests import written
from tests.tracking.conftest import client, empty_store, runs

__all__ = ["client", "empty_store"]


def log_model(run_id: str, *_: object, model_type: str = REQUESTS) -> str:
    """A logged model without files, which the registry does not read; real ones take half a second each."""
    store = mlflow.MlflowClient()
    experiment = store.get_run(run_id).info.experiment_id
    model_id = store.create_logged_model(experiment, "generator", source_run_id=run_id, model_type=model_type).model_id
    store.log_outputs(run_id, [mlflow.entities.LoggedModelOutput(model_id, 0)])
    return str(model_id)


class Lab:
    """Trains and scores cells, as far as their files and the store are concerned."""

    def __init__(self, client: mlflow.MlflowClient, settings: Settings) -> None:
        self.client, self.settings = client, settings

    def cell(self, name: str, distance: float | None, **measured: Any) -> None:
        """The files of a cell with this Fréchet distance; `measured` replaces parts of its scores.json."""
        variant, _, seed = name.rpartition("-")
        gan, evaluation = Path("artifacts/gan") / name, Path("artifacts/evaluation") / name
        measured = {"scores": {"frechet_distance": distance}, "spread": {"frechet_distance": 0.5}, "classifier_sha256": "a" * 64} | measured
        everything = written.scores(variant=variant, seed=int(seed), data_set="digits", **measured)
        gan.mkdir(parents=True, exist_ok=True)
        (gan / "generator.weights.h5").write_text(f"{name} {distance}")
        write_json(gan / "history.json", written.history(data_set="digits", status=everything["status"]))
        np.save(gan / "samples.npy", np.zeros((1, 10, 28, 28), np.uint8))
        write_png(gan / "figure.png", np.zeros((4, 4), np.uint8))
        write_json(evaluation / "scores.json", everything)
        write_json(evaluation / "curves.json", written.curves())
        (evaluation / "confusion.csv").write_text("requested,predicted\n")
        for picture in ("by_class.png", "nearest.png"):
            write_png(evaluation / picture, np.zeros((4, 4), np.uint8))

    def recorded(self, name: str, distance: float | None, **measured: Any) -> None:
        """The same, and its run in the store."""
        self.cell(name, distance, **measured)
        variant, _, seed = name.rpartition("-")
        folders = Path("artifacts/gan") / name, Path("artifacts/evaluation") / name
        assert record_evaluation(self.settings, Cell(variant, int(seed)), *folders)

    def experiments(self, experiment: str, name: str, distance: float) -> None:
        """The same, as an experiment of `dvc exp run` leaves it."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DVC_EXP_NAME", experiment)
            self.recorded(name, distance)
        newest = runs(self.client, GANS)[0]
        self.client.update_run(newest.info.run_id, name=f"{name} ({experiment})")


@pytest.fixture
def lab(client: mlflow.MlflowClient, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setattr(cells, "log_generator", log_model)
    return Lab(client, settings)
