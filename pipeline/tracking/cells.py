"""A cell's run while the cell trains: filled epoch by epoch, and kept only if its result is new."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Run as MlflowRun

from pipeline.data.digits import Bytes
from pipeline.files.artifacts import read_json
from pipeline.files.cells import FIGURE, HISTORY, Cell, training_hash
from pipeline.pictures.sheets import sample_sheet
from pipeline.provenance import cell_settings, code_hash, training_key
from pipeline.settings.params import PARAMS, Settings
from pipeline.tracking.changes import changed_settings
from pipeline.tracking.description import Folders, describe
from pipeline.tracking.generator import log_generator
from pipeline.tracking.machine import machine_tags, system_metrics
from pipeline.tracking.origin import CHANGED, EXPERIMENT, SET, run_name
from pipeline.tracking.run import CELL, CODE, KEY, KIND, TRAINING, Run, Subject, search, subject, without_epoch
from pipeline.tracking.store import GANS, connect

CELL_STAGES = ("classifier", "reference", "train", "evaluate")


@contextmanager
def training_run(settings: Settings, cell: Cell, gan: Path) -> Iterator[Run]:
    """A new run for a cell, to be filled while it trains.

    If a run with the same settings, data and result is on record when the training has ended, it keeps its scores and gets the new code's hash,
    and the new run is removed.
    """
    run = attempt(lambda: _start(settings, cell))
    try:
        yield run
    except BaseException:
        run.attempt(lambda client, run_id: client.set_terminated(run_id, "FAILED"))
        raise
    ended = time.time()
    run.attempt(lambda client, run_id: _end(client, run_id, run, settings, cell, gan, ended))


def record_epoch(run: Run, row: dict[str, Any], seconds: float) -> None:
    """One epoch of a cell while it trains: its row of history, its duration, and how busy the machine was."""
    run.metrics("losses", without_epoch(row), row["epoch"], live=True)
    run.metrics("time", {"epoch_seconds": seconds}, row["epoch"], live=True)
    run.metrics("system", run.system(), row["epoch"], live=True)


def record_sheet(run: Run, epoch: int, images: Bytes, caption: str) -> None:
    """A cell's sample sheet after so many epochs."""
    run.image("samples", sample_sheet(images, caption), epoch)


def attempt(find: Callable[[], Run]) -> Run:
    """The run that `find` returns, or one that records nothing."""
    try:
        return find()
    except Exception as error:
        run = Run()
        run.fail(error)
        return run


def cell_run(client: MlflowClient, experiment_id: str, settings: Settings, cell: Cell, live: dict[str, str]) -> Run:
    """A new run of a cell; `live` are tags that are known only while it trains. Runs that were cut off make room for it."""
    about = cell_subject(settings, cell)
    _remove_cut_off(client, experiment_id, about.key)
    return Run.create(client, experiment_id, run_name(cell.name), about._replace(tags=about.tags | live))


def cell_subject(settings: Settings, cell: Cell) -> Subject:
    """What a cell's run is of."""
    scored = {settings.evaluate.split: "evaluation"}
    about = subject(settings, training_key(settings, cell), cell_settings(settings, cell), {"train": "training", "validation": "validation"} | scored)
    changed = changed_settings(settings, cell) if str(PARAMS) in about.tags.get(CHANGED, "").split() else None
    own = {KIND: CELL, CODE: code_hash(*CELL_STAGES)} | ({} if changed is None else {SET: changed or "none"})
    return about._replace(tags=about.tags | own)


def record_trained(run: Run, settings: Settings, cell: Cell, gan: Path, result: str) -> None:
    """The end of a training: status, the question's figure, the generator, and the description."""
    run.tags({"status": read_json(gan / HISTORY)["status"]})
    run.file(gan / FIGURE)
    run.attempt(lambda client, run_id: _log_model(client, run_id, settings, cell, gan))
    describe(run, settings, cell, Folders(gan))
    run.tags({TRAINING: result})


def _start(settings: Settings, cell: Cell) -> Run:
    client, experiment_id = connect(GANS)
    run = cell_run(client, experiment_id, settings, cell, machine_tags())
    run.system = system_metrics()
    return run


def _remove_cut_off(client: MlflowClient, experiment_id: str, key: str) -> None:
    """Remove runs whose training was not recorded to its end, except one that another experiment of DVC may be filling now."""
    for found in search(client, experiment_id, key=key):
        elsewhere = found.data.tags.get(EXPERIMENT) != os.environ.get("DVC_EXP_NAME")
        if TRAINING not in found.data.tags and not (found.info.status == "RUNNING" and elsewhere):
            client.delete_run(found.info.run_id)


def _end(client: MlflowClient, run_id: str, run: Run, settings: Settings, cell: Cell, gan: Path, ended: float) -> None:
    new = client.get_run(run_id)
    result = training_hash(gan)
    same = search(client, new.info.experiment_id, key=new.data.tags[KEY], training=result)
    if same:
        client.set_tag(same[0].info.run_id, CODE, new.data.tags[CODE])
        add_experiment(client, same[0])
        client.delete_run(run_id)
        return
    run.metrics("time", {"training_seconds": ended - run.started / 1000}, 0)
    record_trained(run, settings, cell, gan, result)
    run.finish(ended)


def add_experiment(client: MlflowClient, found: MlflowRun) -> None:
    """Note that an experiment of DVC has come to the same result: the run keeps its name, and its tag lists every such experiment."""
    own, listed = os.environ.get("DVC_EXP_NAME"), found.data.tags.get(EXPERIMENT, "")
    if own and own not in listed.split(", "):
        client.set_tag(found.info.run_id, EXPERIMENT, f"{listed}, {own}".removeprefix(", "))


def _log_model(client: MlflowClient, run_id: str, settings: Settings, cell: Cell, gan: Path) -> None:
    """The generator as a model that says which cell it is of; MLflow gives it the run's parameters by itself."""
    model = log_generator(run_id, gan, settings.gan[cell.variant])
    client.set_logged_model_tags(model, {"cell": cell.name})
