"""Two logical processors, which stand for two GPUs. TensorFlow takes them at its start alone, so what needs them runs in a process of its own."""

import json
import subprocess
import sys
from typing import Any

from tests.conftest import ROOT
from tests.project import ENVIRONMENT


def on_two_devices(module: str, *words: str) -> Any:
    """What `python -m MODULE WORDS...` prints in its last line, as JSON; the module calls `two_devices` first."""
    ended = subprocess.run([sys.executable, "-m", module, *words], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def two_devices() -> None:
    """Start TensorFlow as a stage does, with two processors."""
    from pipeline.runtime import pin_runtime

    # isort: split
    import tensorflow as tf

    pin_runtime(1)
    (processor,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
