"""The run of a variant with its settings: the parent of its cells, with mean, deviation and verdict over their seeds."""

import json
from hashlib import sha256
from typing import Any, NamedTuple

from mlflow import MlflowClient
from mlflow.entities import Run as MlflowRun
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID, MLFLOW_RUN_NOTE

from pipeline.files.cells import Cell
from pipeline.metrics.score_names import SHOWN_SCORES
from pipeline.provenance import cell_settings, training_key, variant_key
from pipeline.report.numbers import counted, number, with_spread
from pipeline.report.words import unfinished_words, verdict_words
from pipeline.settings.params import Settings
from pipeline.tracking.origin import run_name
from pipeline.tracking.publish import is_own, publish
from pipeline.tracking.run import EVALUATION, KIND, VARIANT, Run, Subject
from pipeline.tracking.sections import differences_section, meaning, score_label, table

Board = dict[str, Any]


class Beside(NamedTuple):
    """What all variants of a leaderboard share; asked for once, because there may be hundreds of them."""

    about: Subject  # where and how the runs are made, and their data
    runs: dict[str, list[MlflowRun]]  # key -> the runs on record with it, the newest first


def record_variant(client: MlflowClient, experiment_id: str, settings: Settings, row: Board, board: Board, beside: Beside) -> None:
    """Record a variant of the leaderboard, a row of `board["variants"]`, and make it the parent of its cells.

    A variant whose numbers or verdict have changed gets a new run in place of the old one, because MLflow keeps every value of a metric for ever, and
    a mean over other seeds is no later value of the same series.
    """
    key, content = variant_key(settings, row["variant"]), _content(settings, row, board)
    found = beside.runs.get(key, [])
    parent = next((run.info.run_id for run in found if run.data.tags.get(EVALUATION) == content), None)
    if parent is None:
        parent = _create(client, experiment_id, settings, row, board, content, beside.about)
    for cell in _cells(row, board):
        for run in beside.runs.get(training_key(settings, Cell(cell["variant"], cell["seed"])), []):
            _adopt(client, parent, run)
    for old in (run.info.run_id for run in found if run.info.run_id != parent and _is_past(run, content)):
        for run in client.search_runs([experiment_id], f"tags.`{MLFLOW_PARENT_RUN_ID}` = '{old}'"):
            _adopt(client, parent, run)
        client.delete_run(old)


def _adopt(client: MlflowClient, parent: str, run: MlflowRun) -> None:
    if run.data.tags.get(MLFLOW_PARENT_RUN_ID) != parent:
        client.set_tag(run.info.run_id, MLFLOW_PARENT_RUN_ID, parent)


def _is_past(run: MlflowRun, content: str) -> bool:
    """Whether a run shows what this project found before; one that another process makes now is no such run."""
    return is_own(run) and run.data.tags.get(EVALUATION, content) != content


def _create(client: MlflowClient, experiment_id: str, settings: Settings, row: Board, board: Board, content: str, about: Subject) -> str:
    variant = row["variant"]
    about = about._replace(key=variant_key(settings, variant), settings=_settings(settings, variant))
    seeds = ", ".join(str(cell["seed"]) for cell in _cells(row, board))
    own = {KIND: VARIANT, "verdict": verdict_words(row, board), "seeds": seeds, MLFLOW_RUN_NOTE: variant_description(settings, row, board)}
    run = Run.create(client, experiment_id, run_name(variant), about._replace(tags=about.tags | own))
    parts = {"scores": "mean", "seed_deviation": "sd"}
    run.groups({group: {name: summary[part] for name, summary in row["scores"].items()} for group, part in parts.items()}, 0)
    run.finish()
    return str(publish(run, about.key, EVALUATION, content).info.run_id)


def _settings(settings: Settings, variant: str) -> dict[str, Any]:
    return {name: value for name, value in cell_settings(settings, Cell(variant, 0)).items() if name != "seed"}


def _content(settings: Settings, row: Board, board: Board) -> str:
    """The hash of what is recorded."""
    shown = [_settings(settings, row["variant"]), row, verdict_words(row, board), _cells(row, board)]
    return sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def _cells(row: Board, board: Board) -> list[Board]:
    return sorted((cell for cell in board["cells"] if cell["variant"] == row["variant"]), key=lambda cell: int(cell["seed"]))


def variant_description(settings: Settings, row: Board, board: Board) -> str:
    """The verdict, a table of the cells with mean and real reference, what differs from the defaults, and where the commands are."""
    variant, cells, real = row["variant"], _cells(row, board), board["real_reference"]
    several = len(cells) > 1
    heading = ["score", *(f"`{Cell(variant, cell['seed']).name}`" for cell in cells), *(["mean over seeds"] if several else []), "real images"]
    rows = []
    for name, score in ((name, row["scores"][name]) for name in SHOWN_SCORES):
        if score["mean"] is not None:
            mean = [f"**{with_spread(score['mean'], score['sd'])}**"] if several else []
            rows.append([score_label(name), *(number(cell["scores"][name]) for cell in cells), *mean, number(real[name])])
    ends = "".join(f" {words}." for words in unfinished_words(row))
    return "\n\n".join(
        [
            f"**`{variant}`**, {counted(len(cells), 'seed')}, on {settings.download.source}{meaning(variant)}.",
            f"Verdict: **{verdict_words(row, board)}**.{ends}",
            f"[This variant on the report page](/report/#variant-{variant}) (under `make ui`)",
            "### Scores\n\n" + table(heading, rows),
            *differences_section(settings, variant),
            "The commands that make a cell again are in the cell's own description.",
        ]
    )
