"""The machine that trains: device, versions, and a sample of how busy it is where an epoch ends."""

import threading

import keras
import mlflow
import pytest
from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

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


def test_a_machine_that_does_not_tell_costs_no_record(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError("/proc")

    sample = system_metrics()
    monkeypatch.setattr(SystemMetricsMonitor, "collect_metrics", refused)
    assert sample() == {}
    monkeypatch.setattr(SystemMetricsMonitor, "__init__", refused)
    assert system_metrics()() == {}
