"""One cell trained by the stage on one device, on two, and on two with a stop in its first epoch, as JSON. test_train.py runs it.

`python -m tests.stages.two_devices SPLIT`
"""

import json
import sys
from pathlib import Path
from typing import Any

from pipeline.runtime import pin_runtime  # noqa: F401 (before keras)

# isort: split
import keras
import pytest

from pipeline.files.cells import Cell
from pipeline.files.errors import PipelineError
from pipeline.settings.params import Settings
from pipeline.settings.yaml_file import read_yaml
from pipeline.stages import train as stage
from pipeline.tracking.run import Run
from pipeline.training import resume
from tests.conftest import ROOT, shrink
from tests.devices import two_devices

CELL = Cell("answer_tuned", 0)  # with penalties and an averaged generator


def train(split: Path, name: str, strategy: str) -> dict[str, bytes]:
    """The files of the cell."""
    keras.utils.clear_session()  # Keras counts the names of layers within a process, and they stand in the files
    content: dict[str, Any] = shrink(read_yaml(ROOT / "params.yaml"))
    content["run"]["strategy"] = strategy
    gan = split.parent / name
    stage.train(stage.Paths(split, split, gan, split.parent / f"{name}-checkpoints"), Settings.model_validate(content), CELL, Run())
    return {path.relative_to(gan).as_posix(): path.read_bytes() for path in sorted(gan.rglob("*")) if path.is_file()}


def stopped(split: Path, name: str) -> None:
    """Train until a stop is asked for after the first call into TensorFlow."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(PipelineError, match="step 2 of 16 is kept"):
        patch.setattr(resume, "stop_asked", lambda: "terminated")
        patch.setattr(resume, "stopped", PipelineError)
        train(split, name, "mirrored")


if __name__ == "__main__":
    two_devices()
    stage.STEPS_PER_CALL = 2
    split = Path(sys.argv[1])
    single, whole = (train(split, strategy, strategy) for strategy in ("single", "mirrored"))
    stopped(split, "broken")
    broken = train(split, "broken", "mirrored")
    histories, evidence = ([json.loads(files[name]) for files in (single, whole)] for name in ("history.json", "evidence.json"))
    print(json.dumps({"files": list(single), "same": whole == broken, "histories": histories, "evidence": evidence}))
