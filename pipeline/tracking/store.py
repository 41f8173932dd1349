"""Where runs are kept: one SQLite file in the project's root, or what MLFLOW_TRACKING_URI names."""

import os
from contextlib import AbstractContextManager
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from pipeline.tracking.database import artifact_folder, database_file, prepare, store_lock
from pipeline.tracking.moved import follow_the_folder
from pipeline.tracking.ownership import owner_tag

GANS, CLASSIFIERS, COMPARISONS, REPAIRS = "gan", "digit-classifier", "comparison", "repair"  # MLflow's experiments
REQUESTS = "digits on request"  # MLflow's type of a logged generator that answers requests
SQLITE = "sqlite:///"
TRAINING_VIEW = {"mlflow.experimentKind": "custom_model_development"}  # without it the UI opens on its pages for language models


def project_root() -> Path:
    """The project's folder; inside a DVC experiment's temporary copy, the project that it was copied from."""
    return Path(os.environ.get("DVC_ROOT", ".")).resolve()


def own_database() -> Path:
    """The store of a project that names no other."""
    return project_root() / "mlflow.db"


def store_uri() -> str:
    """The address of the store, in MLflow's words; a file that it names relatively is one of the project, also in a temporary copy of it."""
    uri = os.environ.get("MLFLOW_TRACKING_URI") or f"{SQLITE}{own_database()}"
    name = uri.removeprefix(SQLITE)
    return f"{SQLITE}{project_root() / name}" if uri.startswith(SQLITE) and name and not name.startswith("/") else uri


def own_tag() -> str:
    """The tag of this project's runs in the store."""
    return owner_tag(project_root(), shared=database_file(store_uri()) != own_database())


def open_store() -> str:
    """Make the store ready, if it is a file: there, of the right version, and its artifacts where the project is now. Returns its address."""
    uri = store_uri()
    file = database_file(uri)
    if file:
        prepare(file)
    if file == own_database():
        follow_the_folder(file)
    return uri


def connect(experiment: str) -> tuple[MlflowClient, str]:
    """A client of the store and the id of the named experiment; makes both if they are missing."""
    uri = open_store()
    mlflow.set_tracking_uri(uri)
    client = MlflowClient(uri)
    found = client.get_experiment_by_name(experiment)
    if found is None:
        return client, _create(client, experiment, database_file(uri))
    if found.lifecycle_stage == "deleted":  # in the UI, which keeps the name taken
        client.restore_experiment(found.experiment_id)
    return client, str(found.experiment_id)


def one_at_a_time() -> AbstractContextManager[None]:
    """Of the processes that record in this store, one at a time: of a server's, those of this project."""
    return store_lock(database_file(store_uri()) or own_database())


def _create(client: MlflowClient, experiment: str, file: Path | None) -> str:
    location = (artifact_folder(file) / experiment).as_uri() if file else None
    try:
        return str(client.create_experiment(experiment, artifact_location=location, tags=TRAINING_VIEW))
    except MlflowException:
        found = client.get_experiment_by_name(experiment)
        if found is None:
            raise
        return str(found.experiment_id)  # another process was faster
