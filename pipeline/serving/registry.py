"""The registered generators: their name in MLflow, and which one is the champion."""

from collections.abc import Iterator
from contextlib import contextmanager

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from pipeline.files.errors import PipelineError
from pipeline.metrics.score_names import HEADLINE_SCORES, SCORES
from pipeline.report.numbers import number
from pipeline.serving.seeds import Entrant
from pipeline.tracking.store import REQUESTS

MODEL, CHAMPION = "gan-generator", "champion"
ADDRESS = f"models:/{MODEL}@{CHAMPION}"
PROMOTION = "promotion"  # tag of a version: what came of its last promotion, and why
MISSING = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")  # MLflow's codes where there is no model, and where it has no such alias


@contextmanager
def one_line_store_errors() -> Iterator[None]:
    """What the store cannot do is one line, as every error of a command."""
    try:
        yield
    except MlflowException as error:
        raise PipelineError(
            f"MLflow's store: expected an answer, received: {' '.join(str(error).split())[:300]}; check MLFLOW_TRACKING_URI"
        ) from None


def champion(client: MlflowClient) -> ModelVersion | None:
    """The version with the alias, None before the first promotion."""
    try:
        return client.get_model_version_by_alias(MODEL, CHAMPION)
    except MlflowException as error:
        if error.error_code in MISSING:
            return None
        raise


def version_of(client: MlflowClient, run: Run, entrant: Entrant) -> ModelVersion:
    """The version that is the generator of a cell's run; registered, with its scores, if it is not yet."""
    if known := client.search_model_versions(f"name = '{MODEL}' and run_id = '{run.info.run_id}'"):
        return known[0]
    version = mlflow.register_model(f"models:/{_model_id(client, run, entrant)}", MODEL)
    values = {name: value for name in HEADLINE_SCORES if (value := entrant.own["scores"][name]) is not None}
    for name, value in {"cell": entrant.cell, **values}.items():
        client.set_model_version_tag(MODEL, version.version, name, value)
    words = ", ".join(f"{SCORES[name].label} {number(value)}" for name, value in values.items())
    client.update_model_version(MODEL, version.version, f"The generator of {entrant.cell}, trained on {entrant.own['data_set']}: {words}.")
    return version


def _model_id(client: MlflowClient, run: Run, entrant: Entrant) -> str:
    logged = [client.get_logged_model(output.model_id) for output in (run.outputs.model_outputs if run.outputs else [])]
    found = [model.model_id for model in logged if model.model_type == REQUESTS]
    if not found:
        remedy = "delete its run in the UI, and `python -m pipeline.tracking` records it again"
        raise PipelineError(f"{entrant.cell}: expected a logged generator that answers requests, received none or one of an older kind; {remedy}")
    return str(found[0])
