"""A cell's run while the cell trains: filled epoch by epoch beside the training, and kept only if its result is new."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Run as MlflowRun

from pipeline.data.digits import Bytes
from pipeline.files.cells import FIGURE, HISTORY, Cell, History, training_hash
from pipeline.files.json_file import read_json
from pipeline.pictures.sheets import sample_sheet
from pipeline.provenance import cell_settings, code_hash, training_key
from pipeline.settings.params import PARAMS, Settings
from pipeline.tracking.background import Background
from pipeline.tracking.changes import changed_settings
from pipeline.tracking.description import Folders, describe
from pipeline.tracking.generator import log_generator
from pipeline.tracking.machine import devices, machine_tags, system_metrics
from pipeline.tracking.origin import CHANGED, EXPERIMENT, SET, run_name
from pipeline.tracking.publish import publish
from pipeline.tracking.run import CELL, CODE, KIND, TRAINING, Run, Subject, search, subject, without_epoch
from pipeline.tracking.store import GANS, connect

CELL_STAGES = ("classifier", "reference", "train", "evaluate")


@contextmanager
def training_run(settings: Settings, cell: Cell, gan: Path) -> Iterator[Run]:
    """A new run for a cell, to be filled while it trains; a store that fails neither stops the training nor delays it beyond its budget.

    If a run with the same settings, data and result is on record when the training has ended, it keeps its scores and gets the new code's hash,
    and the new run is removed.
    """
    background, started = Background(settings.tracking.budget_seconds), time.time()
    run = Run(started=int(started * 1000), put=background.put)
    try:
        known = machine_tags(settings.gan[cell.variant].precision) | {"devices": devices(settings.run.strategy)}
        run.system = system_metrics()
        background.put(lambda: _start(run, settings, cell, known, started))
    except Exception as error:
        background.fail(error)
    try:
        yield run
    except BaseException:
        background.hurry()
        run.attempt(lambda client, run_id: client.set_terminated(run_id, "FAILED"))
        background.finish()
        raise
    ended = time.time()
    seconds = run.seconds_before + ended - started
    run.attempt(lambda client, run_id: _end(Run(client, run_id, run.started), settings, cell, gan, ended, seconds))
    background.finish()


def record_epoch(run: Run, row: dict[str, Any], seconds: float, earlier: bool = False) -> None:
    """One epoch of a cell while it trains: its row of history, its duration, and how busy the machine was.

    An `earlier` one is of before the training was continued: how busy the machine was then is not known.
    """
    busy = {} if earlier else {"system": run.system()}
    run.groups({"losses": without_epoch(row), "time": {"epoch_seconds": seconds}} | busy, row["epoch"], live=True)


def record_sheet(run: Run, epoch: int, images: Bytes, caption: str) -> None:
    """A cell's sample sheet after so many epochs."""
    run.image("samples", sample_sheet(images, caption), epoch)


def cell_run(settings: Settings, cell: Cell, live: dict[str, str], started: float | None = None) -> Run:
    """A new run of a cell; `live` are tags that are known only while it trains, as is when that `started`, in seconds since 1970."""
    client, experiment_id = connect(GANS)
    about = cell_subject(settings, cell)
    return Run.create(client, experiment_id, run_name(cell.name), about._replace(tags=about.tags | live), started)


def cell_subject(settings: Settings, cell: Cell) -> Subject:
    """What a cell's run is of."""
    scored = {settings.evaluate.split: "evaluation"}
    about = subject(settings, training_key(settings, cell), cell_settings(settings, cell), {"train": "training", "validation": "validation"} | scored)
    changed = changed_settings(settings, cell) if str(PARAMS) in about.tags.get(CHANGED, "").split() else None
    own = {KIND: CELL, CODE: code_hash(*CELL_STAGES), "strategy": settings.run.strategy} | ({} if changed is None else {SET: changed or "none"})
    return about._replace(tags=about.tags | own)


def record_trained(run: Run, settings: Settings, cell: Cell, gan: Path, ended: float | None = None) -> None:
    """The end of a training: status, the question's figure, the generator, the description, and when it was; publish it afterwards."""
    run.tags({"status": read_json(gan / HISTORY, History)["status"]})
    run.file(gan / FIGURE)
    run.attempt(lambda client, run_id: _log_model(client, run_id, settings, cell, gan))
    describe(run, settings, cell, Folders(gan))
    run.finish(ended)


def _start(run: Run, settings: Settings, cell: Cell, live: dict[str, str], started: float) -> None:
    made = cell_run(settings, cell, live, started)
    run.client, run.run_id = made.client, made.run_id


def _end(run: Run, settings: Settings, cell: Cell, gan: Path, ended: float, seconds: float) -> None:
    client, run_id = run.place()
    new, key, result = client.get_run(run_id), training_key(settings, cell), training_hash(gan)
    if not search(client, new.info.experiment_id, key=key, training=result):
        run.metrics("time", {"training_seconds": seconds}, 0)
        record_trained(run, settings, cell, gan, ended)
    stays = publish(run, key, TRAINING, result)
    if stays.info.run_id != run_id:
        client.set_tag(stays.info.run_id, CODE, new.data.tags[CODE])
        add_experiment(client, stays)


def add_experiment(client: MlflowClient, found: MlflowRun) -> None:
    """Note that an experiment of DVC has come to the same result: the run keeps its name, and its tag lists every such experiment."""
    own, listed = os.environ.get("DVC_EXP_NAME"), found.data.tags.get(EXPERIMENT, "")
    if own and own not in listed.split(", "):
        client.set_tag(found.info.run_id, EXPERIMENT, f"{listed}, {own}".removeprefix(", "))


def _log_model(client: MlflowClient, run_id: str, settings: Settings, cell: Cell, gan: Path) -> None:
    """The generator as a model that says which cell it is of; MLflow gives it the run's parameters by itself."""
    model = log_generator(run_id, gan, settings.gan[cell.variant])
    client.set_logged_model_tags(model, {"cell": cell.name})
