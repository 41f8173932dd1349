"""A project with made-up cells: the results of a real cell under many names, with which the comparison of many cells is measured."""

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

import yaml

from benchmarks.publish.clone import name_cells
from pipeline.evaluation.files import SCORES
from pipeline.files.artifacts import file_hash, write_json
from pipeline.files.cells import HISTORY, Cell
from pipeline.files.json_file import read_json

SOURCES = ("pipeline", "dvc.yaml")
SEEDS = 2
BASELINE = "answer"
PARTS = ("gan", "evaluation", "diagnosis", "metrics")


def make_project(folder: Path, count: int) -> list[str]:
    """Fill `folder` with a project of so many cells, two seeds of a variant each; returns the command of its stage `compare`.

    Every cell has the files of this project's `answer-0`, with names and scores of its own, and its entries in dvc.lock. Large files are links.
    """
    for name in SOURCES:
        (folder / name).symlink_to(Path(name).resolve())
    lock = yaml.load(Path("dvc.lock").read_text(encoding="utf-8"), yaml.CSafeLoader)
    variants = [BASELINE, *(f"v{number:04d}" for number in range(1, -(-count // SEEDS)))]
    seeds = list(range(min(count, SEEDS)))
    stages: dict[str, Any] = {name: entry for name, entry in lock["stages"].items() if "@" not in name}
    numbers = random.Random(0)
    cells = [Cell(variant, seed) for variant in variants for seed in seeds]
    for cell in cells:
        _make_cell(folder, cell, numbers.uniform(1, 1000))
        stages |= _entries(folder, lock["stages"], cell)
    for name in ("artifacts/reference", "artifacts/data"):
        shutil.copytree(name, folder / name, copy_function=os.link)
    shutil.copy("params.yaml", folder)
    with (folder / "params.yaml").open("a", encoding="utf-8") as params:  # whose last section is that of the variants
        for place, variant in enumerate(variants[1:]):
            params.write(f"\n  {variant}:\n    <<: *{BASELINE}\n    generator_learning_rate: {0.001 + place / 1e6:.6f}\n")
    name_cells(folder / "params.yaml", cells)
    (folder / "dvc.lock").write_text(yaml.dump(lock | {"stages": stages}, Dumper=yaml.CSafeDumper, sort_keys=False), encoding="utf-8")
    return str(lock["stages"]["compare"]["cmd"]).split()[1:]


def _make_cell(folder: Path, cell: Cell, distance: float) -> None:
    for part in PARTS:
        source = Path("artifacts") / part / f"{BASELINE}-0{'' if (Path('artifacts') / part / f'{BASELINE}-0').is_dir() else '.json'}"
        target = folder / "artifacts" / part / source.name.replace(f"{BASELINE}-0", cell.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, copy_function=os.link)
        else:
            shutil.copy(source, target)
    history, scores = folder / "artifacts/gan" / cell.name / HISTORY, folder / "artifacts/evaluation" / cell.name / SCORES
    for path in (history, scores):
        content = read_json(path) | {"variant": cell.variant, "seed": cell.seed}
        if path == scores:
            content["scores"]["frechet_distance"] = distance
        path.unlink()  # the link, not the file
        write_json(path, content)


def _entries(folder: Path, stages: dict[str, Any], cell: Cell) -> dict[str, Any]:
    """The cell's entries in dvc.lock: those of the real cell, with the names and the hashes of its files."""
    entries = {}
    for stage in ("train", "evaluate", "diagnose"):
        text = json.dumps(stages[f"{stage}@{BASELINE}-0"]).replace(f"{BASELINE}-0", cell.name).replace(f'gan.{BASELINE}"', f'gan.{cell.variant}"')
        entry = json.loads(text)
        for output in entry["outs"]:
            path = folder / output["path"]
            if path.name in (HISTORY, SCORES):
                output |= {"md5": file_hash(path, "md5"), "size": path.stat().st_size}
        entries[f"{stage}@{cell.name}"] = entry
    return entries
