"""Removing what cells that params.yaml no longer names have left behind: their folders and their entries in dvc.lock.

DVC keeps both for ever; a result of a dropped cell would stay in folders that later stages read.
"""

import re
import shutil
from pathlib import Path

from pipeline.artifacts import staged_file

STAGE_ENTRY = re.compile(r"^  (\S+):$", re.MULTILINE)


def remove_other_folders(parent: Path, names: set[str]) -> None:
    """Delete the folders in `parent` whose name is not in `names`."""
    for folder in sorted(parent.iterdir()) if parent.is_dir() else []:
        if folder.is_dir() and folder.name not in names:
            shutil.rmtree(folder)


def tidy_lock(lock: Path, stages: list[str]) -> None:
    """Keep the entries of `stages` alone, in their order; DVC reads the file anew before it adds the running stage's entry."""
    if not lock.is_file():
        return
    head, *parts = STAGE_ENTRY.split(lock.read_text(encoding="utf-8"))
    entries = {name: f"  {name}:{body.rstrip()}\n" for name, body in zip(parts[::2], parts[1::2], strict=True)}
    with staged_file(lock) as partial:
        partial.write_text(head + "".join(entries[name] for name in stages if name in entries), encoding="utf-8")
