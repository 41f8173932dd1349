"""A cell's run: filled while the cell trains, completed by its evaluation, and made from the files where it is missing."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from mlflow import MlflowClient

from pipeline.data.digits import Bytes
from pipeline.evaluation.files import BY_CLASS, CONFUSION, CURVES, NEAREST, SCORES, evaluation_hash
from pipeline.files.artifacts import read_json
from pipeline.files.cells import FIGURE, HISTORY, SAMPLE_ARRAYS, Cell, training_hash
from pipeline.pictures.sheets import sample_sheet
from pipeline.provenance import cell_settings, code_hash, training_key
from pipeline.settings.params import Settings
from pipeline.tracking.generator import log_generator
from pipeline.tracking.run import CODE, EVALUATION, KEY, TRAINING, Run, Subject, search, subject, without_epoch
from pipeline.tracking.store import GANS, connect

CELL_STAGES = ("classifier", "reference", "train", "evaluate")


@contextmanager
def training_run(settings: Settings, cell: Cell, gan: Path) -> Iterator[Run]:
    """A new run for a cell, to be filled while it trains.

    If a run with the same settings, data and result is on record when the training has ended, it keeps its scores and gets the new code's hash,
    and the new run is removed.
    """
    run = _attempt(lambda: _start(settings, cell))
    try:
        yield run
    except BaseException:
        run.attempt(lambda client, run_id: client.set_terminated(run_id, "FAILED"))
        raise
    ended = time.time()
    run.attempt(lambda client, run_id: _end(client, run_id, run, settings, cell, gan, ended))


def record_epoch(run: Run, row: dict[str, Any], seconds: float) -> None:
    """One epoch of a cell while it trains: its row of history and its duration."""
    run.metrics("losses", without_epoch(row), row["epoch"], live=True)
    run.metrics("time", {"epoch_seconds": seconds}, row["epoch"], live=True)


def record_sheet(run: Run, epoch: int, images: Bytes, caption: str) -> None:
    """A cell's sample sheet after so many epochs."""
    run.image("samples", sample_sheet(images, caption), epoch)


def record_evaluation(settings: Settings, cell: Cell, gan: Path, evaluation: Path) -> bool:
    """Record a cell's scores in its run, once; a run that is missing is made from the files. False if the store failed."""
    run = _attempt(lambda: _run_to_score(settings, cell, gan, evaluation_hash(evaluation)))
    run.attempt(lambda client, run_id: _score(client, run_id, run, evaluation))
    return not run.failed


def _attempt(find: Callable[[], Run]) -> Run:
    try:
        return find()
    except Exception as error:
        run = Run()
        run.fail(error)
        return run


def _subject(settings: Settings, cell: Cell) -> Subject:
    about = subject(settings, training_key(settings, cell), cell_settings(settings, cell))
    return about._replace(tags=about.tags | {CODE: code_hash(*CELL_STAGES)})


def _start(settings: Settings, cell: Cell) -> Run:
    client, experiment_id = connect(GANS)
    about = _subject(settings, cell)
    _remove_cut_off(client, experiment_id, about.key)
    return Run.create(client, experiment_id, cell.name, about)


def _remove_cut_off(client: MlflowClient, experiment_id: str, key: str) -> None:
    """Remove runs whose training was not recorded to its end, except one that another experiment of DVC may be filling now."""
    for found in search(client, experiment_id, key=key):
        elsewhere = found.data.tags.get("dvc.experiment") != os.environ.get("DVC_EXP_NAME")
        if TRAINING not in found.data.tags and not (found.info.status == "RUNNING" and elsewhere):
            client.delete_run(found.info.run_id)


def _end(client: MlflowClient, run_id: str, run: Run, settings: Settings, cell: Cell, gan: Path, ended: float) -> None:
    new = client.get_run(run_id)
    result = training_hash(gan)
    same = search(client, new.info.experiment_id, key=new.data.tags[KEY], training=result)
    if same:
        client.set_tag(same[0].info.run_id, CODE, new.data.tags[CODE])
        client.delete_run(run_id)
        return
    _record_trained(run, settings, cell, gan, result)
    run.finish(ended)


def _record_trained(run: Run, settings: Settings, cell: Cell, gan: Path, result: str) -> None:
    """The end of a training: status, the question's figure, and the generator."""
    run.tags({"status": read_json(gan / HISTORY)["status"]})
    run.file(gan / FIGURE)
    run.attempt(lambda _, run_id: log_generator(run_id, gan, settings.gan[cell.variant]))
    run.tags({TRAINING: result})


def _run_to_score(settings: Settings, cell: Cell, gan: Path, scores: str) -> Run:
    """The run of this training that has these scores, or else none yet; made from the files if there is neither."""
    client, experiment_id = connect(GANS)
    about, result = _subject(settings, cell), training_hash(gan)
    found = search(client, experiment_id, key=about.key, training=result)
    for wanted in (scores, None):
        for each in found:
            if each.data.tags.get(EVALUATION) == wanted:
                client.set_tag(each.info.run_id, CODE, about.tags[CODE])
                return Run.found(client, each)
    _remove_cut_off(client, experiment_id, about.key)
    run = Run.create(client, experiment_id, cell.name, about)
    history = read_json(gan / HISTORY)
    for row in history["epochs"]:
        run.metrics("losses", without_epoch(row), row["epoch"])
    for epoch, images in enumerate(np.load(gan / SAMPLE_ARRAYS)):
        record_sheet(run, epoch, images, f"{cell.variant}, seed {cell.seed}, {history['data_set']}, epoch {epoch}")
    _record_trained(run, settings, cell, gan, result)
    run.finish()
    return run


def _score(client: MlflowClient, run_id: str, run: Run, evaluation: Path) -> None:
    recorded = evaluation_hash(evaluation)
    if client.get_run(run_id).data.tags.get(EVALUATION) == recorded:
        return
    scores = read_json(evaluation / SCORES)
    for group in ("scores", "spread", "real_reference"):
        run.metrics(group, scores[group], 0)
    for row in read_json(evaluation / CURVES)["epochs"]:
        run.metrics("scores_by_epoch", without_epoch(row), row["epoch"])
    for name in (SCORES, CONFUSION, BY_CLASS, NEAREST):
        run.file(evaluation / name)
    run.tags({EVALUATION: recorded})
