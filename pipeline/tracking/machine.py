"""The machine that trains: its device and library versions as tags, and how busy it is, once an epoch. Known only while a training runs."""

import os
import platform
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tensorflow as tf
from mlflow.system_metrics.metrics.disk_monitor import DiskMonitor
from mlflow.system_metrics.metrics.network_monitor import NetworkMonitor
from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

LIBRARIES = ("tensorflow", "keras", "mlflow", "dvc", "numpy")


def machine_tags() -> dict[str, str]:
    """The device that TensorFlow trains on, and the versions of Python and of the libraries."""
    return {"device": device(), "version.python": platform.python_version()} | {f"version.{name}": version(name) for name in LIBRARIES}


def device() -> str:
    """The names of the GPUs that TensorFlow uses, or else the model of the processor and how many of its cores this process may use."""
    details = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    if details:
        return "GPU: " + ", ".join(each.get("device_name", "unknown") for each in details)
    return f"CPU: {_processor()}, {_cores()} cores"


def system_metrics() -> Callable[[], Mapping[str, float]]:
    """MLflow's samples of processor, memory and GPU: a function that takes one, name -> number; none if the machine does not tell.

    They are taken where an epoch ends, not by MLflow's thread: that one writes to the store beside the training, and ends only when the server has
    answered. The processor's share is that since the sample before. Disk and network, which no training uses, are left out.
    """
    try:
        monitor: Any = SystemMetricsMonitor(run_id=None)  # type: ignore[no-untyped-call]
    except Exception:
        return dict
    monitor.monitors = [part for part in monitor.monitors if not isinstance(part, DiskMonitor | NetworkMonitor)]

    def sample() -> Mapping[str, float]:
        for part in monitor.monitors:
            part.clear_metrics()
        try:
            monitor.collect_metrics()
            return monitor.aggregate_metrics()
        except Exception:
            return {}

    sample()  # where the first epoch's processor time begins
    return sample


def _processor() -> str:
    """The processor's model: Linux has it in a file, others tell Python."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8", errors="replace").splitlines() if information.is_file() else []
    models = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
