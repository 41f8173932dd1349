"""`make run JOBS=2` against `make run`: the cells of this project's params.yaml, from prepared data and classifier to the leaderboard."""

import shutil
import statistics
import subprocess
import time
from pathlib import Path

from benchmarks.publish.clone import name_cells
from benchmarks.sweep.projects import other_files, to_end
from pipeline.files.cells import Cell
from pipeline.settings.params import load_settings
from pipeline.sweep.cell import SHARED

WAYS = {"one": ["-m", "pipeline"], "two": ["-m", "pipeline", "--jobs", "2"]}


def measure(folder: Path, rounds: int) -> dict[str, object]:
    """Seconds of each way, and the ratio within each round; the outputs of both ways, compared byte by byte."""
    prepared = folder / "prepared"
    subprocess.run(["git", "clone", "--quiet", "--local", ".", str(prepared)], check=True)
    settings = load_settings()
    name_cells(prepared / "params.yaml", [Cell(variant, 0) for variant in settings.run.variants])
    to_end(prepared, "-m", "dvc", "repro", "--quiet", *SHARED, log=folder / "log")
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    different: list[str] = []
    for _ in range(rounds):
        for name, arguments in WAYS.items():
            project = shutil.copytree(prepared, folder / name, symlinks=True)
            began = time.perf_counter()
            to_end(project, *arguments, log=folder / "log")
            seconds[name].append(round(time.perf_counter() - began, 1))
        different += other_files(folder / "two", folder / "one")
        for name in WAYS:
            shutil.rmtree(folder / name)
    ratios = [one / two for one, two in zip(seconds["one"], seconds["two"], strict=True)]
    return {"seconds": seconds, "ratio": round(statistics.median(ratios), 2), "variants": settings.run.variants, "different_files": different}
