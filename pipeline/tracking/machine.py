"""The machine that trains: its device and library versions as tags, and how busy it is, once an epoch. Known only while a training runs."""

import os
import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tensorflow as tf
from mlflow.system_metrics.metrics.cpu_monitor import CPUMonitor
from mlflow.system_metrics.metrics.gpu_monitor import GPUMonitor
from mlflow.system_metrics.metrics.rocm_monitor import ROCMMonitor

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

    They are taken where an epoch ends. MLflow's `SystemMetricsMonitor` is not used: it opens the store as soon as it is made, waits for it beside
    the training, and ends only when the server has answered. The processor's share is that since the sample before.
    """
    monitors = [monitor for kind in (CPUMonitor, GPUMonitor, ROCMMonitor) if (monitor := _monitor(kind))]

    def sample() -> Mapping[str, float]:
        numbers: dict[str, float] = {}
        for monitor in monitors:
            monitor.clear_metrics()
            with suppress(Exception):
                monitor.collect_metrics()
                numbers |= monitor.aggregate_metrics()
        return numbers

    sample()  # where the first epoch's processor time begins
    return sample


def _monitor(kind: Any) -> Any:
    """What reads one kind of device; none where the machine has no such device or does not tell."""
    with suppress(Exception):
        return kind()
    return None


def _processor() -> str:
    """The processor's model: Linux has it in a file, others tell Python."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8", errors="replace").splitlines() if information.is_file() else []
    models = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
