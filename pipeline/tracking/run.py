"""One tracked run as a write-only sink."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from pipeline.tracking.store import connect

KEY = "pipeline.key"
STORE_ERRORS = (MlflowException, OSError)


class Run:
    """Where a stage sends what it wants seen. Without a run id nothing is sent.

    A store that fails costs one warning and the rest of the record, never the stage: the files hold everything.
    """

    def __init__(self, client: MlflowClient | None = None, run_id: str | None = None, is_new: bool = False) -> None:
        self.client, self.run_id, self.is_new = client, run_id, is_new

    def send(self, call: Callable[[MlflowClient, str], Any]) -> None:
        """Make one call of the client, if there is a run."""
        if self.client is None or self.run_id is None:
            return
        try:
            call(self.client, self.run_id)
        except STORE_ERRORS as error:
            warn(error)
            self.run_id = None

    def settings(self, values: Mapping[str, Any]) -> None:
        """Record settings, name -> value."""
        self.send(lambda client, run_id: client.log_batch(run_id, params=[Param(name, str(value)) for name, value in values.items()]))

    def tags(self, values: Mapping[str, str]) -> None:
        """Record tags, name -> text."""
        self.send(lambda client, run_id: client.log_batch(run_id, tags=[RunTag(name, value) for name, value in values.items()]))

    def metrics(self, values: Mapping[str, Any], step: int) -> None:
        """Record numbers at a step, name -> value, in one call; what is no number is left out."""
        now = int(time.time() * 1000)
        numbers = {name: value for name, value in values.items() if isinstance(value, (int, float)) and not isinstance(value, bool)}
        self.send(lambda client, run_id: client.log_batch(run_id, [Metric(name, value, now, step) for name, value in numbers.items()]))

    def image(self, key: str, image: np.ndarray, step: int) -> None:
        """Record a picture of the series `key`, which the UI shows with a slider over steps."""
        self.send(lambda client, run_id: client.log_image(run_id, image, key=key, step=step))

    def file(self, path: Path) -> None:
        """Record a file."""
        self.send(lambda client, run_id: client.log_artifact(run_id, str(path)))

    def data_set(self, name: str, digest: str, path: Path) -> None:
        """Record the data set trained on, with the hash that DVC knows it by."""
        data_set = Dataset(name, digest, "local", f'{{"uri": "{path}"}}')
        self.send(lambda client, run_id: client.log_inputs(run_id, [DatasetInput(data_set)]))


@contextmanager
def tracked_run(experiment: str, key: str, name: str, part: str) -> Iterator[Run]:
    """Yield the run of `key`, found or made; it is closed, so that nothing is sent, if `part` of it is on record already.

    A run that holds no finished part was cut off: it makes place for a new one.
    """
    try:
        client, experiment_id = connect(experiment)
        run = _find_or_create(client, experiment_id, key, name, part)
    except STORE_ERRORS as error:
        warn(error)
        run = Run()
    try:
        yield run
    except BaseException:
        run.send(lambda client, run_id: client.set_terminated(run_id, "FAILED"))
        raise
    run.tags({part: "complete"})
    run.send(lambda client, run_id: client.set_terminated(run_id, "FINISHED"))


def _find_or_create(client: MlflowClient, experiment_id: str, key: str, name: str, part: str) -> Run:
    for found in client.search_runs([experiment_id], f"tags.`{KEY}` = '{key}'"):
        if found.data.tags.get(part) == "complete":
            return Run()
        if "complete" in found.data.tags.values():
            return Run(client, found.info.run_id)
        client.delete_run(found.info.run_id)
    created = client.create_run(experiment_id, run_name=name, tags={KEY: key})
    return Run(client, created.info.run_id, is_new=True)


def warn(error: Exception) -> None:
    """Say that the store failed, and how to complete it."""
    reason = " ".join(str(error).split())[:200]
    print(f"warning: MLflow's store failed ({reason}); nothing is lost: `python -m pipeline.tracking` records the run later", file=sys.stderr)
