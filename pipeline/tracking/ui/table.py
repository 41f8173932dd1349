"""The table of runs on a server: its address, with the view where the server's version of MLflow understands it; or why there is none."""

import os
import sys
from pathlib import Path

import mlflow
import requests
from mlflow import MlflowClient
from mlflow.entities import Experiment
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from pipeline.files.errors import PipelineError
from pipeline.tracking.store import GANS
from pipeline.tracking.ui.colours import colour_runs
from pipeline.tracking.ui.view import CELLS, CHECKED_WITH, address, is_checked, write_view

NO_RUNS = "expected runs of trained cells, received none; `make run` makes some, `python -m pipeline.tracking` records those whose files are there"


def table(uri: str, server: str, version: str) -> str:
    """The address of the table of runs on a server of this version of MLflow, with the view if that version is known to understand it."""
    client, experiment = find_runs(uri)
    problem = "" if is_checked(version) else f"it was tested with MLflow {CHECKED_WITH}, and the server has {version}"
    try:
        colour_runs(client, experiment)
        if not problem:
            write_view(client, experiment)
    except MlflowException as error:
        problem = one_line(error)
    if problem:
        print(
            f"warning: the table opens without its view of columns and charts ({problem}); choose them with the table's own buttons", file=sys.stderr
        )
    return address(server, experiment, with_view=not problem)


def find_runs(uri: str) -> tuple[MlflowClient, Experiment]:
    """A client of the store, and the experiment with the cells' runs; makes nothing.

    Raises:
        PipelineError: The store cannot be read, or has no such run.
    """
    if uri.startswith("sqlite:///") and not Path(uri.removeprefix("sqlite:///")).is_file():
        raise PipelineError(f"{uri}: {NO_RUNS}")
    try:
        client = MlflowClient(uri)
        experiment = client.get_experiment_by_name(GANS)
        if experiment is None or not client.search_runs([experiment.experiment_id], CELLS, max_results=1):
            raise PipelineError(f"{uri}: {NO_RUNS}")
    except (MlflowException, SQLAlchemyError) as error:
        raise PipelineError(f"{uri}: expected a store of MLflow {mlflow.__version__}, received: {one_line(error)}{remedy(error, uri)}") from None
    return client, experiment


def remedy(error: Exception, uri: str) -> str:
    """What to do about a store that cannot be read."""
    if "database schema" in str(error):
        newer = "if that fails, a newer MLflow wrote it: install that one, or name another store by MLFLOW_TRACKING_URI"
        return f"; copy the store, then run `mlflow db upgrade {uri}`; {newer}"
    return "; start that server, or name another store by MLFLOW_TRACKING_URI (without it, the store is mlflow.db)"


def one_line(error: Exception) -> str:
    """The first sentence of an error, in at most 200 characters."""
    return " ".join(str(error).split()).split(". ")[0][:200]


def served_version(server: str) -> str:
    """The version of MLflow that a server runs, or the word `unknown`; one with accounts tells it to those who have one."""
    name, password = os.environ.get("MLFLOW_TRACKING_USERNAME"), os.environ.get("MLFLOW_TRACKING_PASSWORD")
    try:
        answer = requests.get(f"{server.rstrip('/')}/version", timeout=10, auth=(name, password) if name and password else None)
    except requests.RequestException:
        return "unknown"
    return answer.text.strip()[:20] if answer.ok else "unknown"
