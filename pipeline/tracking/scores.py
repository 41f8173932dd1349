"""The scores of a cell in its run and beside its logged generator; a run that is missing is made from the files."""

import time
from pathlib import Path

from mlflow.entities import Run as MlflowRun

from pipeline.evaluation.files import BY_CLASS, CONFUSION, CURVES, NEAREST, SCORES, CellScores, Curves, evaluation_hash
from pipeline.files.cells import HISTORY, Cell, History, read_sheets, training_hash
from pipeline.files.json_file import read_json
from pipeline.provenance import code_hash, training_key
from pipeline.settings.params import Settings
from pipeline.tracking.background import record
from pipeline.tracking.cells import CELL_STAGES, add_experiment, cell_run, record_sheet, record_trained
from pipeline.tracking.datasets import data_set
from pipeline.tracking.description import Folders, describe
from pipeline.tracking.publish import publish
from pipeline.tracking.run import BEGUN, CELL, CODE, EVALUATION, KIND, TRAINING, Run, search
from pipeline.tracking.store import GANS, connect, one_at_a_time


def record_evaluation(settings: Settings, cell: Cell, gan: Path, evaluation: Path, started: float | None = None) -> bool:
    """Record a cell's scores in its run, once; a run that is missing is made from the files. False if the store failed.

    `started`, in seconds since 1970, is when the evaluation began, which ended now; left out if that is not known.
    """
    seconds = None if started is None else time.time() - started

    def work() -> None:
        run = _run_to_score(settings, cell, gan, evaluation_hash(evaluation))
        client, run_id = run.place()
        with one_at_a_time():
            _score(run, client.get_run(run_id), settings, cell, gan, evaluation, seconds)

    return record(settings, work)


def _run_to_score(settings: Settings, cell: Cell, gan: Path, scores: str) -> Run:
    """The run of this training that has these scores, or else none yet; made from the files if there is neither."""
    client, experiment_id = connect(GANS)
    result = training_hash(gan)
    found = search(client, experiment_id, key=training_key(settings, cell), training=result)
    fitting = [each for each in found if _fits(each, scores)]
    for each in sorted(fitting, key=lambda run: EVALUATION not in run.data.tags):  # one that has the scores comes first
        client.set_tag(each.info.run_id, CODE, code_hash(*CELL_STAGES))
        add_experiment(client, each)
        return Run.found(client, each)
    run = _from_files(settings, cell, gan)
    stays = publish(run, training_key(settings, cell), TRAINING, result, equal=lambda other: _fits(other, scores))
    return Run.found(client, stays)


def _fits(run: MlflowRun, scores: str) -> bool:
    """Whether a run has these scores, some of them, or none: others would stay beside them, because MLflow keeps every value of a metric."""
    return bool(run.data.tags.get(EVALUATION, run.data.tags.get(BEGUN, scores)) == scores)


def _from_files(settings: Settings, cell: Cell, gan: Path) -> Run:
    run = cell_run(settings, cell, {})
    history = read_json(gan / HISTORY, History)
    run.by_epoch("losses", history["epochs"])
    for epoch, images in enumerate(read_sheets(gan, mapped=True)):
        record_sheet(run, epoch, images, f"{cell.variant}, seed {cell.seed}, {history['data_set']}, epoch {epoch}")
    record_trained(run, settings, cell, gan)
    return run


def _score(run: Run, found: MlflowRun, settings: Settings, cell: Cell, gan: Path, evaluation: Path, seconds: float | None) -> None:
    recorded = evaluation_hash(evaluation)
    if {EVALUATION: recorded, KIND: CELL}.items() <= found.data.tags.items():
        return
    scores = read_json(evaluation / SCORES, CellScores)
    run.tags({BEGUN: recorded})
    run.metrics("scores", scores["scores"], 0, of=_model_and_data(found, settings))
    for group in ("spread", "real_reference"):
        run.metrics(group, scores[group], 0)
    run.by_epoch("scores_by_epoch", read_json(evaluation / CURVES, Curves)["epochs"])
    for name in (SCORES, CONFUSION, BY_CLASS, NEAREST):
        run.file(evaluation / name)
    run.metrics("time", {"evaluation_seconds": seconds}, 0, live=True)
    describe(run, settings, cell, Folders(gan, evaluation))
    run.tags({EVALUATION: recorded, KIND: CELL})  # the kind is new to a run of an earlier version


def _model_and_data(found: MlflowRun, settings: Settings) -> dict[str, str]:
    """What the scores are about, by which `search_logged_models` ranks generators: the model of the run, and the split that it was compared with."""
    if not found.outputs or not found.outputs.model_outputs:
        return {}
    split = data_set(settings.evaluate.split)
    return {"model_id": found.outputs.model_outputs[-1].model_id, "dataset_name": split.name, "dataset_digest": split.digest}
