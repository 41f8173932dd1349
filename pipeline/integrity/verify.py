"""Whether every object in DVC's cache and every output in the workspace has the bytes that its hash names.

DVC restores a damaged object of its cache without a word, also when it restores instead of running a stage. So damaged objects have to go before
anything is made again.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.files.artifacts import staged_file
from pipeline.files.errors import DataError
from pipeline.files.reading import MAKE_AGAIN
from pipeline.integrity.hashes import FOLDER, content_of, folder_files
from pipeline.integrity.inputs import LOCK, check_recorded
from pipeline.settings.lock_file import Recorded, read_lock

OBJECTS = "files/md5"  # within the cache; an object's name is its hash, the first two characters a folder
OBJECT = re.compile(rf"[0-9a-f]{{30}}({re.escape(FOLDER)})?")


class Checked(NamedTuple):
    """A file or folder that was checked."""

    path: Path
    md5: str  # that it should have
    damage: str  # a sentence; empty if it has it


def verify(remove: bool) -> int:
    """Check cache and workspace, and print a line for whatever is damaged.

    Args:
        remove: Whether to remove what is damaged, so that `dvc repro` makes it again. A damaged object of the cache is put back instead where the
            workspace has the right file, which otherwise would be made again, too.

    Returns:
        The exit status: 1 if anything is damaged and still there.
    """
    cached, outputs = list(_check_cache(cache_folder())), list(_check_outputs())
    damaged = [checked for checked in (*cached, *outputs) if checked.damage]
    whole = {md5: path for checked in outputs if not checked.damage for md5, path in _files_of(checked)}
    for checked in damaged:
        if not remove:
            print(checked.damage, flush=True)
        elif checked.md5 in whole:
            _put_back(whole[checked.md5], checked.path)
            print(f"{checked.damage.removesuffix(MAKE_AGAIN)}put back from {whole[checked.md5]}", flush=True)
        else:
            shutil.rmtree(checked.path) if checked.path.is_dir() else checked.path.unlink()
            print(f"{checked.damage.removesuffix(MAKE_AGAIN)}removed", flush=True)
    if not damaged:
        print(f"{len(cached)} objects of the cache and {len(outputs)} outputs have the bytes that their hashes name.")
    elif remove:
        print("`dvc repro` makes again what was removed.")
    return int(bool(damaged) and not remove)


def _files_of(output: Checked) -> Iterator[tuple[str, Path]]:
    """The hash and the place of each file of an output."""
    if output.path.is_dir():
        yield from ((content_of(file).md5, file) for file in folder_files(output.path).values())
    else:
        yield output.md5, output.path


def _put_back(good: Path, damaged: Path) -> None:
    """Write a file in another's place, read-only as DVC keeps its objects."""
    with staged_file(damaged) as partial:
        shutil.copyfile(good, partial)
        partial.chmod(0o444)


def cache_folder() -> Path:
    """Where DVC keeps its objects; it may be configured anywhere, so DVC is asked."""
    command = [sys.executable, "-m", "dvc", "cache", "dir"]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    if ended.returncode:
        raise DataError(f"`dvc cache dir`: expected a folder, received {' '.join(ended.stderr.split())[:200]}")
    return Path(ended.stdout.strip())


def _check_cache(cache: Path) -> Iterator[Checked]:
    for path in sorted((cache / OBJECTS).glob("[0-9a-f][0-9a-f]/*")):
        if OBJECT.fullmatch(path.name) and path.is_file():
            name = (path.parent.name + path.name).removesuffix(FOLDER)
            try:
                md5 = content_of(path).md5
                received = md5[:8]
            except OSError as error:
                md5, received = "", f"one that cannot be read ({error.strerror})"
            damage = f"{path}: expected an object of DVC's cache with the hash {name[:8]}, received {received}; {MAKE_AGAIN}"
            yield Checked(path, name, damage if md5 != name else "")


def _check_outputs() -> Iterator[Checked]:
    for name, recorded in read_lock(LOCK).items():
        if (path := Path(name)).exists():
            yield Checked(path, recorded.md5, _damage_of(path, recorded))


def _damage_of(path: Path, recorded: Recorded) -> str:
    try:
        check_recorded(path, recorded)
    except DataError as error:
        return str(error)
    return ""
