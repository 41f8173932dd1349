"""Seconds of a sweep for each cell beyond `dvc repro --single-item` in a prepared clone: both run the same cells, one at a time."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from contextlib import chdir
from pathlib import Path

from benchmarks.sweep.projects import VARIANTS, tiny, to_end
from pipeline.files.cells import Cell
from pipeline.settings.editing import of_one_cell
from pipeline.settings.params import PARAMS, load_settings
from pipeline.settings.yaml_file import read_yaml
from pipeline.sweep import results, run
from pipeline.sweep.cell import CELL_STAGES, SHARED
from pipeline.sweep.cluster import ray_at
from pipeline.sweep.schedule import run_cells
from pipeline.sweep.snapshot import take_snapshot
from tests.project import ENVIRONMENT


def measure(folder: Path, cells: int) -> dict[str, float]:
    """Seconds of a cell in both ways, medians over the cells; in a sweep they contain those in which its results reach the project."""
    swept = tiny(folder / "swept", cells)
    to_end(swept, "-m", "dvc", "repro", "--quiet", *SHARED, log=folder / "log")
    plain = shutil.copytree(swept, folder / "plain", symlinks=True)
    listed = [Cell(variant, seed) for seed in range(cells // len(VARIANTS)) for variant in VARIANTS]
    alone, by_ray, locks, start = [], [], dict[Cell, str](), 0.0
    with chdir(swept):
        os.environ["PATH"] = ENVIRONMENT["PATH"]
        settings, snapshot, began = load_settings(), take_snapshot(), time.perf_counter()
        with ray_at("local", 1) as ray:
            start = time.perf_counter() - began
            job = run.job_of(snapshot, settings, {})
            texts = {cell: of_one_cell(read_yaml(PARAMS), *cell) for cell in listed}
            run_cells(ray, {listed[0]: texts[listed[0]]}, job, snapshot, settings.sweep, locks.__setitem__)  # makes the clone
            for cell in listed[1:]:
                began = time.perf_counter()
                run_cells(ray, {cell: texts[cell]}, job, snapshot, settings.sweep, locks.__setitem__)
                by_ray.append(time.perf_counter() - began)
                began = time.perf_counter()
                targets = [f"{stage}@{cell.name}" for stage in CELL_STAGES]
                command = [sys.executable, "-m", "dvc", "repro", "--quiet", "--single-item", *targets]
                subprocess.run(command, cwd=plain, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
                alone.append(time.perf_counter() - began)
        began = time.perf_counter()
        results.bring_in(locks, from_remote=False)
        bring_in = (time.perf_counter() - began) / len(locks)
    by_ray = [seconds + bring_in for seconds in by_ray]
    seconds = {"sweep": statistics.median(by_ray), "dvc_repro": statistics.median(alone), "ray_start": start, "bring_in": bring_in}
    differences = [one - other for one, other in zip(by_ray, alone, strict=True)]
    return {name: round(value, 2) for name, value in (seconds | {"overhead": statistics.median(differences)}).items()} | {"cells": len(alone)}
