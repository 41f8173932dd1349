"""The part `home`: which faults the doctor names, what it found in trained cells, and what it costs."""

import io
from contextlib import redirect_stdout
from pathlib import Path

from pipeline.runtime import pin_runtime

# isort: split


from benchmarks.diagnosis.home.cells import diagnosed, draw_cells
from benchmarks.diagnosis.home.cost import measure
from benchmarks.diagnosis.home.suite import run_suite
from pipeline.__main__ import print_diagnoses
from pipeline.data.digits import Digits, load_digits
from pipeline.files.artifacts import write_json
from pipeline.files.json_file import read_json
from pipeline.settings.params import Settings, load_settings

RESULTS = Path("benchmarks/diagnosis.json")
TRAIN, UNSEEN = Path("artifacts/data/train.npz"), Path("artifacts/data/validation.npz")
IMAGES = 4000  # of the training split: enough for the short training of each GAN


def session(settings: Settings) -> str:
    """What `make doctor` prints about the asker's network before training."""
    asker = settings.model_copy(update={"run": settings.run.model_copy(update={"variants": ["asker"]})})
    with redirect_stdout(io.StringIO()) as printed:
        print_diagnoses(asker, TRAIN, Path("none"))
    return printed.getvalue()


def measure_home() -> None:
    """Measure everything, and write benchmarks/diagnosis.json and pictures."""
    settings, digits = load_settings(), load_digits(TRAIN)
    pin_runtime(settings.train.threads)
    few = Digits(digits.name, digits.images[:IMAGES], digits.labels[:IMAGES])
    before = read_json(RESULTS)["cells"] if RESULTS.is_file() else []
    results = (
        {"session": session(settings)}
        | run_suite(few, load_digits(UNSEEN), settings)
        | {"cells": diagnosed(settings, before), "cost": measure(few, settings)}
    )
    draw_cells(results["cells"], {row["expected"] for row in results["faults"]})
    write_json(RESULTS, results)
