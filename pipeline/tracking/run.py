"""One tracked run as a write-only sink."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from mlflow import MlflowClient
from mlflow.entities import DatasetInput, Metric, Param, RunTag
from mlflow.entities import Run as MlflowRun
from mlflow.exceptions import MlflowException

from pipeline.settings.params import Settings
from pipeline.tracking.datasets import inputs
from pipeline.tracking.origin import origin
from pipeline.tracking.ownership import OWNER, PROCESS, process_tag
from pipeline.tracking.store import own_tag

KEY, CODE = "pipeline.key", "pipeline.code"  # tags: of settings and data, and of the code that made the result last
KIND, CELL, VARIANT = "pipeline.kind", "cell", "variant"  # a tag and its values: the run of one seed, and the parent of a variant's seeds
# Tags with the hash of what is recorded of each part; a part that was not recorded to its end has none.
TRAINING, EVALUATION, DIAGNOSIS = "pipeline.training", "pipeline.evaluation", "pipeline.diagnosis"

BEGUN = "pipeline.evaluation.begun"  # a tag: of which scores some are in the run, whether or not all of them are

MOST_POINTS = 1000  # that MLflow takes in one call

Put = Callable[[Callable[[], object]], None]


def runs_by_key(client: MlflowClient, experiment_id: str) -> dict[str, list[MlflowRun]]:
    """All runs with a key, the newest first."""
    found: dict[str, list[MlflowRun]] = {}
    token: str | None = None
    while token is None or token:
        page = client.search_runs([experiment_id], f"tags.`{KEY}` != ''", max_results=1000, page_token=token)
        for run in page:
            found.setdefault(run.data.tags[KEY], []).append(run)
        token = page.token or ""
    return found


class Subject(NamedTuple):
    """What a run is of."""

    key: str  # sha256 over settings and data
    settings: dict[str, Any]
    tags: dict[str, str]
    data: list[DatasetInput]


def subject(settings: Settings, key: str, flat: dict[str, Any], uses: dict[str, str]) -> Subject:
    """A subject with these settings, with where it was started, and with the splits and their uses."""
    own = {OWNER: own_tag(), PROCESS: process_tag()}
    return Subject(key, flat, origin() | own | {"data_set": settings.download.source}, inputs(uses))


class Run:
    """Where a stage sends what is to be seen in MLflow; without a run id nothing is sent.

    While a cell trains, `put` hands each call to the thread beside the training; without it a call is done at once, and raises what goes wrong.
    """

    def __init__(self, client: MlflowClient | None = None, run_id: str | None = None, started: int = 0, put: Put | None = None) -> None:
        self.client, self.run_id, self.started, self.put = client, run_id, started, put
        self.system: Callable[[], Mapping[str, float]] = dict  # how busy the machine is, while a cell trains
        self.seconds_before = 0.0  # of the cell's training, in processes before this one

    @classmethod
    def found(cls, client: MlflowClient, run: MlflowRun) -> "Run":
        """A run that the store has."""
        return cls(client, run.info.run_id, run.info.start_time)

    @classmethod
    def create(cls, client: MlflowClient, experiment_id: str, name: str, subject: Subject, started: float | None = None) -> "Run":
        """A new run with settings, tags and data sets; `started` in seconds since 1970, now if it is left out."""
        milliseconds = int((time.time() if started is None else started) * 1000)
        created = client.create_run(experiment_id, start_time=milliseconds, run_name=name, tags={KEY: subject.key} | subject.tags)
        run = cls.found(client, created)
        client.log_batch(created.info.run_id, params=[Param(key, str(value)) for key, value in subject.settings.items()])
        _log_inputs(client, created.info.run_id, subject.data)
        return run

    def attempt(self, work: Callable[[MlflowClient, str], Any]) -> None:
        """Do what needs the store, if there is a run."""

        def now() -> None:
            if self.client is not None and self.run_id is not None:
                work(self.client, self.run_id)

        self.put(now) if self.put else now()

    def place(self) -> tuple[MlflowClient, str]:
        """The store's client and the run's id, of a run that is in a store."""
        if self.client is None or self.run_id is None:
            raise ValueError("expected a run in a store, received one that records nothing")
        return self.client, self.run_id

    def tags(self, values: Mapping[str, str]) -> None:
        """Record tags, name -> text."""
        self.attempt(lambda client, run_id: client.log_batch(run_id, tags=[RunTag(name, value) for name, value in values.items()]))

    def metrics(self, group: str, values: Mapping[str, Any], step: int, live: bool = False, of: Mapping[str, str] = MappingProxyType({})) -> None:
        """Record numbers at a step as GROUP/NAME; what is no number is left out.

        What comes from files has the run's own start as its time: recorded twice, it is the same point, which the store keeps once. A number that
        stands alone has step 0: with a higher one the UI draws it as a line. `of` names the model and the data set that the numbers are about.
        """
        self.groups({group: values}, step, live, of)

    def groups(self, values: Mapping[str, Mapping[str, Any]], step: int, live: bool = False, of: Mapping[str, str] = MappingProxyType({})) -> None:
        """Record several groups of numbers, group -> name -> number, in one call to the store."""
        now = int(time.time() * 1000) if live else self.started
        points = _points(values, step, now, of)
        self.attempt(lambda client, run_id: client.log_batch(run_id, points))

    def by_epoch(self, group: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Record the rows of a history as GROUP/NAME, each at the step of its `epoch`, in as few calls to the store as it takes."""
        points = [point for row in rows for point in _points({group: without_epoch(row)}, row["epoch"], self.started, {})]

        def send(client: MlflowClient, run_id: str) -> None:
            for start in range(0, len(points), MOST_POINTS):
                client.log_batch(run_id, points[start : start + MOST_POINTS])

        self.attempt(send)

    def image(self, key: str, image: np.ndarray, step: int) -> None:
        """Record a picture of the series `key`, which the UI shows with a slider over steps."""
        self.attempt(lambda client, run_id: client.log_image(run_id, image, key=key, step=step, synchronous=True))

    def file(self, path: Path) -> None:
        """Record a file."""
        self.attempt(lambda client, run_id: client.log_artifact(run_id, str(path)))

    def finish(self, ended: float | None = None) -> None:
        """Set the run's end, and with it its duration; `ended` in seconds since 1970, its start if it is left out."""
        milliseconds = self.started if ended is None else int(ended * 1000)
        self.attempt(lambda client, run_id: client.set_terminated(run_id, "FINISHED", milliseconds))


def _points(values: Mapping[str, Mapping[str, Any]], step: int, time_ms: int, of: Mapping[str, str]) -> list[Metric]:
    """Several groups of numbers, group -> name -> number, as MLflow's metrics; what is no number is left out."""
    named = {f"{group}/{name}": value for group, numbers in values.items() for name, value in numbers.items()}
    numbers = {name: value for name, value in named.items() if isinstance(value, (int, float)) and not isinstance(value, bool)}
    return [Metric(name, value, time_ms, step, **of) for name, value in numbers.items()]


def _log_inputs(client: MlflowClient, run_id: str, data: list[DatasetInput]) -> None:
    """Record data sets; where another process records one that is new to the store at the same moment, MLflow fails, and the next try finds it."""
    for _ in data:
        with suppress(MlflowException):
            client.log_inputs(run_id, data)
            return
    client.log_inputs(run_id, data)


def without_epoch(row: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of an epoch's row, less its own number, which is the step at which they are recorded."""
    return {name: value for name, value in row.items() if name != "epoch"}


def search(client: MlflowClient, experiment_id: str, **tags: str) -> list[MlflowRun]:
    """The runs with these tags, the newest first; the keywords are the tags' names without `pipeline.`: key, training, evaluation."""
    return client.search_runs([experiment_id], " and ".join(f"tags.`pipeline.{name}` = '{value}'" for name, value in tags.items()))
