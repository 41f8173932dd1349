"""Removes what cells that params.yaml no longer names have left behind: their folders, their findings and their entries in dvc.lock.

DVC keeps them forever, and the results of a dropped cell would stay in folders that later stages read.
"""

import re
import shutil
from pathlib import Path

from pipeline.files.artifacts import write_text
from pipeline.files.moving import is_alive
from pipeline.settings.yaml_file import read_yaml

STAGE_ENTRY = re.compile(r"^  (\S+):$", re.MULTILINE)


def prune_folder(parent: Path, cells: list[str]) -> None:
    """Delete the folders and JSON files in `parent` that are not named like one of `cells`; what a process is writing just now stays."""
    for path in sorted(parent.iterdir()) if parent.is_dir() else []:
        if is_alive(path.name):
            continue
        if path.is_dir() and path.name not in cells:
            shutil.rmtree(path)
        elif path.suffix == ".json" and path.stem not in cells:
            path.unlink()


def prune_lock(pipeline: Path, lock: Path, cells: list[str]) -> None:
    """Drop the entries of stages and cells that no longer exist; order the others as dvc.yaml and `cells` do.

    A stage may do this, because DVC reads the file again before it adds the running stage's entry.
    """
    if not lock.is_file():
        return
    head, *parts = STAGE_ENTRY.split(lock.read_text(encoding="utf-8"))
    entries = {name: f"  {name}:{body.rstrip()}\n" for name, body in zip(parts[::2], parts[1::2], strict=True)}
    kept = [f"{stage}{cell}" for stage in read_yaml(pipeline)["stages"] for cell in ("", *(f"@{cell}" for cell in cells))]
    write_text(lock, head + "".join(entries[name] for name in kept if name in entries))
