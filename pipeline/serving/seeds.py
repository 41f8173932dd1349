"""The seeds of a cell's settings, as the store knows them: what a comparison of two generators rests on."""

from typing import Any, NamedTuple

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Run

from pipeline.evaluation.files import SCORES
from pipeline.files.cells import Cell
from pipeline.tracking.origin import EXPERIMENT
from pipeline.tracking.run import EVALUATION

SAME_MEASURE = ("data_set", "split", "samples", "classifier_sha256")  # scores compare only where all of these are equal
TRAINED_WITH = ("variant", "source", "preprocess", "train", "gan")  # sections of the settings that a training depends on, less its seed

Row = dict[str, Any]  # the content of a scores.json


class Entrant(NamedTuple):
    """A generator that is the champion or wants to be it, with the scores of every seed of its settings that were measured as its own."""

    cell: str
    variant: str
    settings: dict[str, str]
    own: Row
    seeds: list[Row]


def entrant(client: MlflowClient, run: Run) -> Entrant:
    """A cell's run and the newest run of each other seed of its settings that was measured as it was; runs of experiments are left out.

    Raises:
        KeyError: the cell's run has no scores.
    """
    settings, own = _settings(run), _scores(run)
    newest: dict[int, Row] = {int(run.data.params["seed"]): own}
    for each in client.search_runs([run.info.experiment_id], f"params.variant = '{run.data.params['variant']}'"):
        if "seed" not in each.data.params:  # the run of a variant, the parent of its cells
            continue
        seed = int(each.data.params["seed"])
        if seed not in newest and EVALUATION in each.data.tags and _settings(each) == settings and not made_by_experiment(each):
            row = _scores(each)
            if all(row[name] == own[name] for name in SAME_MEASURE):
                newest[seed] = row
    return Entrant(cell_of(run), own["variant"], settings, own, [newest[seed] for seed in sorted(newest)])


def _scores(run: Run) -> Row:
    if EVALUATION not in run.data.tags:  # what of them is there may be of others
        raise KeyError(EVALUATION)
    return Row(mlflow.artifacts.load_dict(f"runs:/{run.info.run_id}/{SCORES}"))


def cell_of(run: Run) -> str:
    """The name of the cell that a run is of."""
    return Cell.of(run.data.params["variant"], run.data.params["seed"]).name


def made_by_experiment(run: Run) -> bool:
    """Whether an experiment of `dvc exp run` made the run; one that only came to the same result has left its name as it was."""
    return EXPERIMENT in run.data.tags and run.info.run_name != cell_of(run)


def _settings(run: Run) -> dict[str, str]:
    return {name: value for name, value in run.data.params.items() if name.split(".")[0] in TRAINED_WITH}
