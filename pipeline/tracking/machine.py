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

from pipeline.runtime import training_devices

PROCESSOR = Path("/proc/cpuinfo")  # Linux has it
BFLOAT16 = {"avx512_bf16", "amx_bf16", "bf16"}  # its flags, and that of ARM, where bfloat16 is computed by instructions of its own
BFLOAT16_CAPABILITY = (8, 0)  # the first of NVIDIA's GPUs that computes in it
LIBRARIES = ("tensorflow", "keras", "mlflow", "dvc", "numpy")


def machine_tags(precision: str) -> dict[str, str]:
    """The device that TensorFlow trains on, how it computes in the layers' precision, and the versions of Python and of the libraries."""
    return {"device": device(), "precision": computed(precision), "version.python": platform.python_version()} | {
        f"version.{name}": version(name) for name in LIBRARIES
    }


def devices(strategy: str) -> str:
    """TensorFlow's names of the devices that train one model.

    >>> devices("single")
    'CPU:0'
    """
    return ", ".join(name.removeprefix("/device:") for name in training_devices(strategy))


def device() -> str:
    """The names of the GPUs that TensorFlow uses, or else the model of the processor and how many of its cores this process may use."""
    details = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    if details:
        return "GPU: " + ", ".join(each.get("device_name", "unknown") for each in details)
    return f"CPU: {_processor()}, {_cores()} cores"


def computed(precision: str) -> str:
    """A variant's precision, with a word about a device that emulates it: that takes longer, and may round otherwise.

    >>> computed("float32")
    'float32'
    """
    if precision == "float32":
        return precision
    known = _computes_in_bfloat16()
    return precision if known else f"{precision}, {'emulated: this device' if known is False else 'emulated if this device'} has no bfloat16"


def _computes_in_bfloat16() -> bool | None:
    """None where the machine does not tell."""
    gpus = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    if gpus:
        capabilities = [each.get("compute_capability") for each in gpus]
        return None if None in capabilities else min(capabilities) >= BFLOAT16_CAPABILITY
    lines = _processor_lines()
    return bool(BFLOAT16 & {flag for line in lines if line.startswith(("flags", "Features")) for flag in line.split()}) if lines else None


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
    models = (line.split(":", 1)[1].strip() for line in _processor_lines() if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


def _processor_lines() -> list[str]:
    return PROCESSOR.read_text(encoding="utf-8", errors="replace").splitlines() if PROCESSOR.is_file() else []


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
