"""The folder that the browser is served: the page, the runtime, the networks of every trained cell, all of them plain files."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.files.artifacts import file_hash, staged_folder, write_json
from pipeline.files.cells import DISCRIMINATOR, GENERATOR
from pipeline.files.errors import DataError
from pipeline.files.json_file import read_json
from pipeline.serving.play.browser import install_runtime
from pipeline.serving.play.cells import Trained, recorded_settings, trained_cells

HERE = Path(__file__).parent
CLASSIFIER = "classifier"
MADE_FROM = "made_from.json"  # the last file to move into a folder of networks: what they were made from


def make_site(artifacts: Path, site: Path) -> list[str]:
    """Fill the folder `site`; what has not changed since it was made is kept. Returns the cells' names, the best first.

    Raises:
        PipelineError: There is nothing to play with, or no runtime.
    """
    cells = trained_cells(artifacts)
    weights, held_out = artifacts / "classifier/classifier.weights.h5", artifacts / "data/validation.npz"
    settings = recorded_settings("classifier", weights)
    if not settings or not held_out.is_file():
        raise DataError(f"{weights}, {held_out}: expected both as dvc.lock has them, found others or none; run `dvc repro`")
    install_runtime(site / "runtime")
    names = [trained.cell.name for trained in cells]
    for folder in (site / "models").glob("*"):
        if folder.name not in (*names, CLASSIFIER):
            shutil.rmtree(folder)
    width = settings["classifier"]["width"]
    _networks(site, CLASSIFIER, width, [weights], lambda folder: _export().export_classifier(folder, weights, width))
    for trained in cells:
        _of_cell(site, trained, held_out)
    with staged_folder(site) as folder:
        shutil.copytree(HERE / "page", folder, copy_function=shutil.copy, dirs_exist_ok=True)  # dated now: browsers ask by date
        write_json(folder / "cells.json", [{"name": trained.cell.name, "frechet_distance": trained.frechet_distance} for trained in cells])
    return names


def _of_cell(site: Path, trained: Trained, held_out: Path) -> None:
    files = [trained.gan / GENERATOR, trained.gan / DISCRIMINATOR, held_out]
    _networks(site, trained.cell.name, trained.variant.model_dump(), files, lambda folder: _export().export_cell(folder, trained, held_out))


def _networks(site: Path, name: str, settings: Any, files: list[Path], export: Callable[[Path], None]) -> None:
    """Make the folder of a network or two, unless it was made from the same settings, files and code."""
    code = sorted(HERE.glob("*.py"))
    content = json.dumps([settings, [file_hash(path, "md5") for path in (*files, *code)]], sort_keys=True)
    made_from = hashlib.sha256(content.encode()).hexdigest()
    folder = site / "models" / name
    if (folder / MADE_FROM).is_file() and read_json(folder / MADE_FROM, str) == made_from:
        return
    print(f"{name}: making its networks ready for the browser", flush=True)
    with staged_folder(folder) as partial:
        export(partial)
        write_json(partial / MADE_FROM, made_from)


def _export() -> Any:
    """The module that exports; it imports TensorFlow, which takes seconds that nobody waits for where nothing has changed."""
    from pipeline.serving.play import export

    return export
