"""The machine that trains: device, versions, and a sample of how busy it is where an epoch ends."""

import threading
from pathlib import Path

import keras
import mlflow
import pytest
from mlflow.system_metrics.metrics.cpu_monitor import CPUMonitor
from mlflow.tracking._tracking_service.client import TrackingServiceClient

from pipeline.tracking.machine import machine_tags, system_metrics


def test_the_device_and_the_versions_are_those_of_this_process() -> None:
    tags = machine_tags()
    assert tags["device"].startswith(("CPU: ", "GPU: "))
    assert (tags["version.keras"], tags["version.mlflow"]) == (keras.__version__, mlflow.__version__)
    assert {"version.python", "version.tensorflow", "version.dvc"} <= set(tags)


def test_a_sample_holds_mlflows_system_metrics_and_no_thread_stays() -> None:
    before = threading.active_count()
    sample = system_metrics()
    first, second = sample(), sample()
    assert 0 <= first["cpu_utilization_percentage"] <= 100
    assert first["system_memory_usage_megabytes"] > 0
    assert set(first) == set(second)
    assert not [name for name in first if name.startswith(("disk", "network"))]
    assert threading.active_count() == before


def test_a_sample_opens_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that hangs would hold up the training, whose tracking waits in a thread of its own."""
    opened: list[object] = []
    monkeypatch.setattr(TrackingServiceClient, "__init__", lambda *arguments, **_: opened.append(arguments))
    system_metrics()()
    assert opened == []
    mlflow.MlflowClient(f"sqlite:///{tmp_path}/runs.db")
    assert len(opened) == 1


def test_a_machine_that_does_not_tell_costs_no_record(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError("/proc")

    sample = system_metrics()
    monkeypatch.setattr(CPUMonitor, "collect_metrics", refused)
    assert sample() == {}
    monkeypatch.setattr(CPUMonitor, "__init__", refused)
    assert system_metrics()() == {}
