"""The hashes by which DVC knows files and folders."""

import hashlib
import json
import os
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

FOLDER = ".dir"  # ends the hash of a folder
# What .dvcignore names: DVC does not count it.
LEFT_OUT = ("__pycache__", "*.partial", ".partial-*", ".DS_Store", ".mypy_cache", ".pytest_cache", ".ruff_cache")
BLOCK = 2**20  # bytes that are read at once


class Content(NamedTuple):
    """The hash of a file or folder as dvc.lock has it, and its size in bytes."""

    md5: str
    size: int


def content_of(path: Path) -> Content:
    """Hash a file, or a folder by the hashes of its files; each is read once.

    Args:
        path: A file or folder that exists.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "epoch-0000.png").write_bytes(b"abc")
    >>> content_of(folder / "epoch-0000.png")
    Content(md5='900150983cd24fb0d6963f7d28e17f72', size=3)
    >>> content_of(folder)
    Content(md5='466a6062e9880c37fee5132c770333ea.dir', size=3)
    """
    if not path.is_dir():
        return _file_content(path)
    files = {name: _file_content(file) for name, file in folder_files(path).items()}
    listing = json.dumps([{"md5": content.md5, "relpath": name} for name, content in files.items()], sort_keys=True)
    return Content(hashlib.md5(listing.encode()).hexdigest() + FOLDER, sum(content.size for content in files.values()))


def folder_files(folder: Path) -> dict[str, Path]:
    """The files of a folder that DVC counts, by their paths within it and in the order of these."""
    found = (Path(parent, name) for parent, _, names in os.walk(folder) for name in names)
    named = {file.relative_to(folder).as_posix(): file for file in found}
    return {name: named[name] for name in sorted(named) if not any(fnmatch(part, left) for part in name.split("/") for left in LEFT_OUT)}


def _file_content(path: Path) -> Content:
    digest, size = hashlib.md5(usedforsecurity=False), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
    return Content(digest.hexdigest(), size)
