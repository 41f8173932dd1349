"""The machine that trains: device, versions, and a sample of how busy it is where an epoch ends."""

import threading
from pathlib import Path

import keras
import mlflow
import pytest
import tensorflow as tf
from mlflow.system_metrics.metrics.cpu_monitor import CPUMonitor
from mlflow.tracking._tracking_service.client import TrackingServiceClient

from pipeline.tracking import machine
from pipeline.tracking.machine import devices, machine_tags, system_metrics


def test_the_device_and_the_versions_are_those_of_this_process() -> None:
    tags = machine_tags("float32")
    assert tags["precision"] == "float32"
    assert tags["device"].startswith(("CPU: ", "GPU: "))
    assert (tags["version.keras"], tags["version.mlflow"]) == (keras.__version__, mlflow.__version__)
    assert {"version.python", "version.tensorflow", "version.dvc"} <= set(tags)


def test_the_devices_that_train_one_model_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert devices("single") == "CPU:0"
    seen = [tf.config.LogicalDevice(f"/device:GPU:{number}", "GPU") for number in range(2)]
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: seen if kind == "GPU" else [])
    assert devices("mirrored") == "GPU:0, GPU:1"
    assert devices("single") == "GPU:0"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("flags\t\t: fpu avx512_bf16 sse\n", "mixed_bfloat16"),
        ("Features\t: fp asimd bf16\n", "mixed_bfloat16"),
        ("flags\t\t: fpu avx512f sse\n", "mixed_bfloat16, emulated: this device has no bfloat16"),
        (None, "mixed_bfloat16, emulated if this device has no bfloat16"),
    ],
)
def test_a_precision_that_the_processor_lacks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str | None, words: str) -> None:
    if lines is not None:
        (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nmodel name\t: a processor\n{lines}")
    monkeypatch.setattr(machine, "PROCESSOR", tmp_path / "cpuinfo")
    assert machine.computed("mixed_bfloat16") == words == machine_tags("mixed_bfloat16")["precision"]
    assert machine.computed("float32") == "float32"


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
