"""One tracked run as a write-only sink."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, Metric, Param, RunTag

from pipeline.files.artifacts import file_hash
from pipeline.provenance import TRAIN_SPLIT, origin
from pipeline.settings.params import Settings
from pipeline.tracking.store import connect

KEY, TRAINING_KEY = "pipeline.key", "pipeline.training_key"
TRAINING, EVALUATION = "pipeline.training", "pipeline.evaluation"  # a run's parts: tags that say "complete" once they are


class Subject(NamedTuple):
    """What a run is of."""

    key: str  # sha256 of everything its results depend on
    settings: dict[str, Any]
    tags: dict[str, str]
    data_set: tuple[str, str, str]  # name, hash, path


def subject(settings: Settings, key: str, flat: dict[str, Any]) -> Subject:
    """A subject with these settings, and with where it was started and the training data."""
    source = settings.download.source
    return Subject(key, flat, origin() | {"data_set": source}, (source, file_hash(TRAIN_SPLIT, "md5"), str(TRAIN_SPLIT)))


class Run:
    """Where a stage sends what it wants seen; without a run id nothing is sent.

    A store may fail in any way. It costs one warning and the rest of the record, never the stage: the files hold everything.
    """

    def __init__(self, client: MlflowClient | None = None, run_id: str | None = None, is_new: bool = False) -> None:
        self.client, self.run_id, self.is_new, self.failed = client, run_id, is_new, False

    def attempt(self, work: Callable[[MlflowClient, str], Any]) -> None:
        """Do what needs the store, if there is a run; a failure closes the run."""
        if self.client is None or self.run_id is None:
            return
        try:
            work(self.client, self.run_id)
        except Exception as error:
            self.fail(error)

    def fail(self, error: Exception) -> None:
        """Close the run for good, and say how to complete the record."""
        reason = " ".join(str(error).split())[:200]
        print(f"warning: MLflow's store failed ({reason}); nothing is lost: `python -m pipeline.tracking` records the run later", file=sys.stderr)
        self.run_id, self.failed = None, True

    def tags(self, values: Mapping[str, str]) -> None:
        """Record tags, name -> text."""
        self.attempt(lambda client, run_id: client.log_batch(run_id, tags=[RunTag(name, value) for name, value in values.items()]))

    def metrics(self, values: Mapping[str, Any], step: int) -> None:
        """Record numbers at a step, name -> value, in one call; what is no number is left out."""
        now = int(time.time() * 1000)
        numbers = {name: value for name, value in values.items() if isinstance(value, (int, float)) and not isinstance(value, bool)}
        self.attempt(lambda client, run_id: client.log_batch(run_id, [Metric(name, value, now, step) for name, value in numbers.items()]))

    def image(self, key: str, image: np.ndarray, step: int) -> None:
        """Record a picture of the series `key`, which the UI shows with a slider over steps."""
        self.attempt(lambda client, run_id: client.log_image(run_id, image, key=key, step=step))

    def file(self, path: Path) -> None:
        """Record a file."""
        self.attempt(lambda client, run_id: client.log_artifact(run_id, str(path)))

    def describe(self, subject: Subject) -> None:
        """Record settings, tags and the data set with the hash that DVC knows it by."""
        name, digest, path = subject.data_set
        data_set = DatasetInput(Dataset(name, digest, "local", f'{{"uri": "{path}"}}'))
        settings = [Param(name, str(value)) for name, value in subject.settings.items()]
        tags = [RunTag(name, value) for name, value in subject.tags.items()]
        self.attempt(lambda client, run_id: client.log_batch(run_id, params=settings, tags=tags))
        self.attempt(lambda client, run_id: client.log_inputs(run_id, [data_set]))


@contextmanager
def tracked_run(experiment: str, name: str, part: str, identify: Callable[[], Subject]) -> Iterator[Run]:
    """Yield the run of a subject, found or made; it is closed, so that nothing is sent, if `part` of it is on record already.

    A run that holds no finished part was cut off: it makes place for a new one.
    """
    try:
        run = _find_or_create(experiment, name, part, identify())
    except Exception as error:
        run = Run()
        run.fail(error)
    try:
        yield run
    except BaseException:
        run.attempt(lambda client, run_id: client.set_terminated(run_id, "FAILED"))
        raise
    run.tags({part: "complete"})
    run.attempt(lambda client, run_id: client.set_terminated(run_id, "FINISHED"))


def _find_or_create(experiment: str, name: str, part: str, subject: Subject) -> Run:
    client, experiment_id = connect(experiment)
    for found in client.search_runs([experiment_id], f"tags.`{KEY}` = '{subject.key}'"):
        complete = [name for name in (TRAINING, EVALUATION) if found.data.tags.get(name) == "complete"]
        if part in complete:
            return Run()
        if complete:
            return Run(client, found.info.run_id)
        client.delete_run(found.info.run_id)
    created = client.create_run(experiment_id, run_name=name, tags={KEY: subject.key})
    run = Run(client, created.info.run_id, is_new=True)
    run.describe(subject)
    return run
