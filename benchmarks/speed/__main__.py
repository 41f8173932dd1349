"""`python -m benchmarks.speed [--quick]` (make bench): how fast GANs train here and elsewhere, in turns on the same machine.

It writes benchmarks/speed.json and docs/performance.md. Run it in the project's folder after `dvc repro preprocess`, on a machine that does nothing
else. PyTorch comes from the environment of the oracles, which `make bench` installs.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.speed.page import page
from benchmarks.speed.paired import images_per_second, ratios
from benchmarks.speed.worker import TRAIN
from pipeline.files.artifacts import write_json, write_text
from pipeline.files.errors import DataError, one_line_errors
from pipeline.settings.params import Settings, load_settings

RESULTS, PAGE = Path("benchmarks/speed.json"), Path("docs/performance.md")
VARIANTS = ("answer", "dcgan", "modern")
ROUNDS, QUICK_ROUNDS = 7, 3
ORACLES = ".venv-oracles/bin/python"
THREADS = (1, 2)  # of the matrix product


def trainings(settings: Settings, variant: str) -> dict[str, list[str]]:
    """The command of each training, by name."""
    python, modules = [sys.executable, "-m"], "benchmarks.speed"
    return {
        "ours": [*python, f"{modules}.ours", variant],
        "keras_guide": [*python, f"{modules}.guide", variant],
        "pytorch": [ORACLES, "-m", f"{modules}.eager", settings.gan[variant].model_dump_json()],
    }


def measure(settings: Settings, rounds: int) -> dict[str, Any]:
    """Everything that the page shows."""
    matrix = {str(threads): _child("matrix", threads)["matrix_rate"] for threads in THREADS}
    variants = {}
    for variant in VARIANTS:
        rates = images_per_second(trainings(settings, variant), settings.gan[variant].batch_size, rounds)
        gains = {name: ratios(rates["ours"], rates[name]) for name in rates if name != "ours"}
        rounded = {name: [round(rate) for rate in each] for name, each in rates.items()}
        step = _child(variant, settings.train.threads) | {"batch_size": settings.gan[variant].batch_size}
        variants[variant] = {"images_per_second": rounded, "gains": gains, "step": step}
        print(f"{variant}:", ", ".join(f"{gain['median']:.2f} x {name}" for name, gain in gains.items()), flush=True)
    return {"machine": machine(), "matrix_rate": matrix, "rounds": rounds, "variants": variants}


def _child(what: str, threads: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.speed.operations", what, str(threads)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return dict(json.loads(ended.stdout.splitlines()[-1]))


if __name__ == "__main__":
    with one_line_errors():
        parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__.partition("\n")[0], allow_abbrev=False)
        parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} rounds in the place of {ROUNDS}")
        quick = parser.parse_args().quick
        if not TRAIN.is_file():
            raise DataError(f"{TRAIN}: expected the training split, found none; `dvc repro preprocess` makes it")
        results = measure(load_settings(), QUICK_ROUNDS if quick else ROUNDS)
        write_json(RESULTS, results)
        write_text(PAGE, page(results))
