"""The machine that durations were measured on."""

import os
import platform
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")  # Linux; other systems say less about their processor


def machine() -> dict[str, str | int | None]:
    """Processor, number of cores and version of Python."""
    lines = CPU_INFO.read_text(encoding="utf-8").splitlines() if CPU_INFO.is_file() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return {"processor": models[0] if models else platform.processor(), "cores": os.cpu_count(), "python": platform.python_version()}
