"""The run of the digit classifier."""

import time
from pathlib import Path

from pipeline.classifier.files import ClassifierHistory, Report
from pipeline.files.cells import outputs_hash
from pipeline.files.json_file import read_json
from pipeline.provenance import classifier_key, classifier_settings
from pipeline.settings.params import Settings
from pipeline.tracking.background import record
from pipeline.tracking.machine import machine_tags
from pipeline.tracking.publish import publish
from pipeline.tracking.run import TRAINING, Run, search, subject
from pipeline.tracking.store import CLASSIFIERS, connect


def record_classifier(settings: Settings, report: Path, history: Path, started: float | None = None) -> bool:
    """Record the classifier's losses by epoch, its accuracy and its confusion matrix, once. False if the store failed.

    `started`, in seconds since 1970, is when its training began, which ended now; left out if that is not known.
    """
    ended = None if started is None else time.time()
    return record(settings, lambda: _record(settings, report, history, started, ended))


def _record(settings: Settings, report: Path, history: Path, started: float | None, ended: float | None) -> None:
    client, experiment_id = connect(CLASSIFIERS)
    key, result = classifier_key(settings), outputs_hash([report, history])
    if search(client, experiment_id, key=key, training=result):
        return
    uses = {"train": "training", "validation": "validation", "test": "evaluation"}
    about = subject(settings, key, classifier_settings(settings), uses)
    about = about if started is None else about._replace(tags=about.tags | machine_tags("float32"))
    run = Run.create(client, experiment_id, settings.download.source, about, started)
    if started is not None and ended is not None:
        run.metrics("time", {"training_seconds": ended - started}, 0)
    _fill(run, report, history)
    run.finish(ended)
    publish(run, key, TRAINING, result)


def _fill(run: Run, report: Path, history: Path) -> None:
    known, rows = read_json(report, Report), read_json(history, ClassifierHistory)["epochs"]
    run.by_epoch("losses", rows)
    run.metrics("scores", {"test_accuracy": known["accuracy"]}, 0)
    run.tags({"sha256": known["sha256"]})
    run.file(report)
    run.file(history)
