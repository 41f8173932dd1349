"""A sealed folder: its files are on the disk, and a manifest says what each was when it was written."""

import hashlib
import json
import stat
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.files.artifacts import file_hash
from pipeline.files.errors import DataError
from pipeline.files.moving import sync

MANIFEST = "manifest.json"
LONGEST_MANIFEST = 10_000_000  # bytes


class Known(NamedTuple):
    """A file as it was written."""

    inode: int
    size: int
    sha256: str


def seal(folder: Path, known: dict[str, Known]) -> dict[str, Known]:
    """Write the manifest, and wait until the disk has everything."""
    sealed, new = {}, []
    for path in (path for path in sorted(folder.rglob("*")) if path.is_file()):
        name, about = path.relative_to(folder).as_posix(), path.stat()
        sealed[name] = known.get(name, Known(0, 0, ""))
        if sealed[name].inode != about.st_ino:
            sealed[name] = Known(about.st_ino, about.st_size, file_hash(path, "sha256"))
            new.append(path)
    files = {name: [file.size, file.sha256] for name, file in sealed.items()}
    (folder / MANIFEST).write_text(json.dumps({"files": files, "sha256": _text_hash(files)}), encoding="utf-8")
    for path in [*new, folder / MANIFEST, *(path for path in folder.rglob("*") if path.is_dir()), folder]:
        sync(path)
    return sealed


def verified(folder: Path) -> dict[str, Known]:
    """The files of a checkpoint, each as it was written.

    Raises:
        DataError: One is not.
    """
    manifest = _read_manifest(folder / MANIFEST)
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()} - {MANIFEST}
    if found != set(manifest):
        raise DataError(f"expected the files of {MANIFEST}, received others: {', '.join(sorted(found ^ set(manifest)))[:80]}")
    for name, (size, sha256) in manifest.items():
        if not _is_plain(folder / name) or (folder / name).stat().st_size != size or file_hash(folder / name, "sha256") != sha256:
            raise DataError(f"expected {name} as it was written, received another")
    return {name: Known((folder / name).stat().st_ino, *about) for name, about in manifest.items()}


def _read_manifest(path: Path) -> dict[str, Any]:
    if _is_plain(path) and path.stat().st_size <= LONGEST_MANIFEST:
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict) and set(content) == {"files", "sha256"} and _text_hash(content["files"]) == content["sha256"]:
            files: dict[str, Any] = content["files"]
            return files
    raise DataError(f"expected {MANIFEST} as it was written, received another")


def _text_hash(files: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(files).encode()).hexdigest()


def _is_plain(path: Path) -> bool:
    """Whether it is a file, and neither a link nor a pipe, whose reading may have no end."""
    return stat.S_ISREG(path.lstat().st_mode)
