"""The table of runs as `make ui` opens it: its columns, order, filter and charts, as a saved view of MLflow's UI.

MLflow keeps a saved view in a tag of the experiment: an envelope with a name, and in it the state of the page as JSON, deflated. MLflow's
documentation does not describe the format; it was read in MLflow's source, and a test opens the view in the real UI.
"""

import base64
import json
import zlib
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Experiment

from pipeline.metrics.score_names import HEADLINE_SCORES
from pipeline.tracking.run import CELL, KIND
from pipeline.tracking.ui.charts import charts_and_sections

CHECKED_WITH = "3.17"  # the version of MLflow's UI that the view was tested in; another may keep views in another form
KEY = "quality"
TAG = f"mlflow.sharedViewState.{KEY}"
CELLS = f"tags.`{KIND}` = '{CELL}'"  # `variant` in its place shows the means over seeds
QUALITY = "metrics.`scores/frechet_distance`"
COLUMNS = (
    *("params.`variant`", "params.`seed`", "tags.`diagnosis`"),
    *(f"metrics.`scores/{name}`" for name in HEADLINE_SCORES),
    "metrics.`time/training_seconds`",
)


def is_checked(version: str) -> bool:
    """Whether the view was tested in the UI of this version of MLflow.

    >>> is_checked("3.17.2"), is_checked("3.170.0"), is_checked("4.0.0")
    (True, False, False)
    """
    return version.split(".")[:2] == CHECKED_WITH.split(".")


def address(server: str, experiment: Experiment, with_view: bool) -> str:
    """Where the experiment's table of runs is on a server, in the pages for model training."""
    view = f"&viewStateShareKey={KEY}" if with_view else ""
    return f"{server.rstrip('/')}/#/experiments/{experiment.experiment_id}/runs?workflowType=machine_learning{view}"


def write_view(client: MlflowClient, experiment: Experiment) -> None:
    """Write the view's tag, if it is not there in this form."""
    value = view_tag(experiment)
    if experiment.tags.get(TAG) != value:
        client.set_experiment_tag(experiment.experiment_id, TAG, value)


def view_tag(experiment: Experiment) -> str:
    """The tag's value; the same for the same experiment."""
    packed = base64.b64encode(zlib.compress(json.dumps(view_state()).encode())).decode()
    return json.dumps({"name": "by quality", "createdAt": experiment.creation_time, "state": f"deflate;{packed}"})


def view_state() -> dict[str, Any]:
    """The state of the page, in the words of MLflow's UI; what is left out is as the UI has it of its own."""
    fixed = ["attributes.`Run Name`", "runDateAndNestInfo"]  # the columns that every table begins with
    return {
        "searchFilter": CELLS,
        "orderByKey": QUALITY,
        "orderByAsc": True,
        "selectedColumns": list(COLUMNS),
        "columnOrder": [*fixed, *COLUMNS],
        "columnWidths": {column: 26 + 6 * len(column.split("`")[1]) for column in COLUMNS},  # pixels: as wide as the heading
        **charts_and_sections(),
    }
