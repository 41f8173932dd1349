"""`python -m benchmarks.doctor` writes benchmarks/doctor.json: which faults the doctor names, and what it costs. Needs `dvc repro` before."""

from pathlib import Path

from pipeline.runtime import pin_runtime

# isort: split

from benchmarks.doctor.cost import measure
from benchmarks.doctor.suite import run_suite
from pipeline.artifacts import write_json
from pipeline.data import Digits, load_digits
from pipeline.errors import one_line_errors
from pipeline.params import load_settings

RESULTS = Path("benchmarks/doctor.json")
TRAIN = Path("artifacts/data/train.npz")
IMAGES = 4000  # of the training split: enough for the moment that each GAN is trained

if __name__ == "__main__":
    with one_line_errors():
        settings, digits = load_settings(), load_digits(TRAIN)
        pin_runtime(settings.train.threads)
        few = Digits(digits.name, digits.images[:IMAGES], digits.labels[:IMAGES])
        write_json(RESULTS, run_suite(few, settings) | {"cost": measure(few, settings)})
