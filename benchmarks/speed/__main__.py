"""`python -m benchmarks.speed [--quick]` (make bench): how fast GANs train here and elsewhere, in turns on the same machine.

It writes benchmarks/speed.json and docs/performance.md. Run it in the project's folder after `make run`, on a machine that does nothing else.
PyTorch and torch-fidelity come from the environment of the oracles, which `make bench` installs.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.speed import around, growth
from benchmarks.speed.page import page
from benchmarks.speed.paired import images_per_second, ratios
from benchmarks.speed.scoring import CLASSIFIER, REFERENCE, make_features
from benchmarks.speed.worker import TRAIN
from pipeline.files.artifacts import write_json, write_text
from pipeline.files.errors import DataError, one_line_errors
from pipeline.files.json_file import read_json
from pipeline.settings.params import Settings, load_settings

RESULTS, ATTEMPTS, PAGE = Path("benchmarks/speed.json"), Path("benchmarks/speed_attempts.json"), Path("docs/performance.md")
QUALITY = Path("benchmarks/quality.json")  # of `make bench-quality`
VARIANTS = ("answer", "dcgan", "modern")
ROUNDS, QUICK_ROUNDS = 7, 3
ORACLES = ".venv-oracles/bin/python"
THREADS = (1, 2)  # of the matrix product
SAMPLES = (1_000, 10_000, 50_000)  # that are scored
NEEDED = (TRAIN, CLASSIFIER, REFERENCE, Path("artifacts/gan/modern-0"), Path("artifacts/evaluation/answer-0"))


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
    around_training = measure_around(rounds)
    return {
        "machine": machine(),
        "matrix_rate": matrix,
        "rounds": rounds,
        "variants": variants,
        "growth": growth.measure(settings, max(3, rounds // 2)),
        "scoring": measure_scoring(settings),
        **around_training,
    }


def measure_around(rounds: int) -> dict[str, Any]:
    """What `dvc repro` costs around the computing, and the comparison of many cells."""
    with tempfile.TemporaryDirectory() as name:
        project = around.clone(Path(name) / "project")
        stages = around.stages(project, Path(name) / "profiles")
        idle = around.nothing_to_do(project, rounds)
        changed = around.one_changed_cell(project)
    print("around the training: measured", flush=True)
    return {"stages": stages, "nothing_to_do": idle, "one_changed_cell": changed, "cells": around.many_cells()}


def measure_scoring(settings: Settings) -> dict[str, dict[str, dict[str, float]]]:
    """Seconds and memory of the scores of so many samples, here and by others' functions."""
    with tempfile.TemporaryDirectory() as name:
        features = Path(name) / "features.npz"
        make_features(features)
        here = {str(count): _last_line(sys.executable, "-m", "benchmarks.speed.scoring", str(features), str(count)) for count in SAMPLES}
        count = settings.evaluate.samples
        others = _last_line(ORACLES, "-m", "benchmarks.speed.scoring_elsewhere", str(features), str(count), str(settings.evaluate.neighbours))
    return {"ours": here, "elsewhere": {str(count): others}}


def _child(what: str, threads: int) -> dict[str, Any]:
    return _last_line(sys.executable, "-m", "benchmarks.speed.operations", what, str(threads))


def _last_line(*command: str) -> dict[str, Any]:
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return dict(json.loads(ended.stdout.splitlines()[-1]))


if __name__ == "__main__":
    with one_line_errors():
        parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__.partition("\n")[0], allow_abbrev=False)
        parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} rounds in the place of {ROUNDS}")
        quick = parser.parse_args().quick
        for path in NEEDED:
            if not path.exists():
                raise DataError(f"{path}: expected what `make run` makes, found none; run it first")
        results = measure(load_settings(), QUICK_ROUNDS if quick else ROUNDS)
        write_json(RESULTS, results)
        write_text(PAGE, page(results, read_json(ATTEMPTS), read_json(QUALITY) if QUALITY.is_file() else None))
