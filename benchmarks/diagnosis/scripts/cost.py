"""`python -m benchmarks.diagnosis.scripts.cost SCRIPT FILE`: runs a script with the doctor attached, and writes what the doctor took into FILE.

Three scripts stand for three ways to train: `fit`, a loop of compiled steps, and a combined model with `train_on_batch`. Each is measured twice: the
doctor looks less and less often, so a long training pays a smaller share than a short one.
"""

import runpy
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.diagnosis.scripts.running import run
from benchmarks.diagnosis.scripts.scripts import EXAMPLES
from pipeline.files.artifacts import write_json
from pipeline.files.json_file import read_json

Row = dict[str, Any]
MEASURED = {"fit": "lsgan_256", "compiled steps": "relativistic_digits", "combined model": "dense_gan_combined"}
STEPS = 1000, 5000
SECONDS = 900.0  # after which a script is ended: the longer trainings take minutes


def measure(variables: dict[str, str]) -> list[Row]:
    """A row for each way to train and each length; the scripts run one after the other, in processes of their own."""
    return [cost_of(way, EXAMPLES / "healthy" / f"{name}.py", steps, variables) for way, name in MEASURED.items() for steps in STEPS]


def cost_of(way: str, script: Path, steps: int, variables: dict[str, str], seconds: float = SECONDS) -> Row:
    """Seconds of a script in all, and those that the doctor took until it had examined the networks, and afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cost.json"
        ended = run([sys.executable, "-m", "benchmarks.diagnosis.scripts.cost", str(script), str(file)], variables | {"STEPS": str(steps)}, seconds)
        measured = read_json(file) if file.is_file() else {}
    return {"way": way, "script": script.stem, "steps": steps, "status": ended.status} | measured


def run_attached(script: Path) -> Row:
    """Run a script in this process with the doctor attached.

    Returns:
        `seconds` of the whole script, Keras already imported; `doctor_before` and `doctor_after`, the doctor's own seconds until its first
        examination had ended and from then on; and both as shares of all seconds. What the doctor does not say is None.
    """
    from pipeline.doctor.attach import attach

    sys.argv[:] = [str(script)]
    with attach() as attached:
        began = time.perf_counter()
        with suppress(SystemExit):  # a script may end itself
            runpy.run_path(str(script), run_name="__main__")
        seconds = time.perf_counter() - began
        before: float | None = getattr(attached, "seconds_before", None)
        after = None if before is None else attached.seconds - before
    return {
        "seconds": round(seconds, 1),
        "doctor": round(attached.seconds, 2),
        "doctor_before": None if before is None else round(before, 2),
        "doctor_after": None if after is None else round(after, 2),
        "share": attached.seconds / seconds,
        "share_before": None if before is None else before / seconds,
        "share_after": None if after is None else after / seconds,
    }


if __name__ == "__main__":
    script, file = map(Path, sys.argv[1:])
    write_json(file.resolve(), run_attached(script))
