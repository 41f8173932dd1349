"""Where runs are kept: one SQLite file in the project's root, or what MLFLOW_TRACKING_URI names."""

import os
from contextlib import nullcontext
from pathlib import Path

import mlflow
from filelock import FileLock
from mlflow import MlflowClient

GANS, CLASSIFIERS, COMPARISONS = "gan", "digit-classifier", "comparison"  # MLflow's experiments
REQUESTS = "digits on request"  # MLflow's type of a logged generator that answers requests
TRAINING_VIEW = {"mlflow.experimentKind": "custom_model_development"}  # without it the UI opens on its pages for language models


def project_root() -> Path:
    """The project's folder; inside a DVC experiment's temporary copy, the project that it was copied from."""
    return Path(os.environ.get("DVC_ROOT", ".")).resolve()


def store_uri() -> str:
    """The address of the store, in MLflow's words."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{project_root() / 'mlflow.db'}"


def connect(experiment: str) -> tuple[MlflowClient, str]:
    """A client of the store and the id of the named experiment; makes both if they are missing."""
    uri = store_uri()
    mlflow.set_tracking_uri(uri)
    local = uri.startswith("sqlite:")
    # One process at a time: several that create the same SQLite store at once would break it.
    with FileLock(project_root() / "mlflow.db.lock") if local else nullcontext():
        client = MlflowClient(uri)
        found = client.get_experiment_by_name(experiment)
        if found:
            if found.lifecycle_stage == "deleted":  # in the UI, which keeps the name taken
                client.restore_experiment(found.experiment_id)
            return client, found.experiment_id
        location = (project_root() / "mlartifacts" / experiment).as_uri() if local else None
        return client, client.create_experiment(experiment, artifact_location=location, tags=TRAINING_VIEW)
