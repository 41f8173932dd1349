"""Damaged files: every kind of damage to every file that a stage reads and to DVC's cache; nothing damaged is used, and every refusal is a line."""

import contextlib
import os
import random
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from benchmarks.torture.processes import Process, not_of_dvc, side_by_side
from benchmarks.torture.projects import STAGES, Row, Undisturbed, environment, free_folder, locked_stages
from benchmarks.torture.readers import reader_of
from pipeline.files.errors import DataError
from pipeline.integrity.inputs import check_inputs

DAMAGES, OF_THE_CACHE = 500, 60
QUICK = ("preprocess", "diagnose", "compare")  # stages without TensorFlow: every input of them is damaged once under the real command
SLOW = ("classifier", "reference", "train", "evaluate")  # one input of each of these
NOT_READ = "artifacts/metrics"  # `compare` removes files there and reads none
CACHE = ".dvc/cache/files/md5"
REMEDIES = ("dvc repro", "git checkout")  # one of them is in each message


class Damage(NamedTuple):
    """What is done to a file, and whether its time of change is kept, by which DVC knows whether to look at it again."""

    kind: str
    keeps_time: bool
    chance: float


def _flip(content: bytearray, at: int) -> bytearray:
    content[at] ^= 1 << (at % 8)
    return content


def _swap(content: bytearray, at: int) -> bytearray:
    """Two halves of a part change places; a file of equal bytes gets another one."""
    half = max(1, min(64, len(content) // 4))
    at = min(at, max(0, len(content) - 2 * half))
    swapped = content[:at] + content[at + half : at + 2 * half] + content[at : at + half] + content[at + 2 * half :]
    return swapped if swapped != content else _flip(content, at)


def _zeros(content: bytearray, at: int) -> bytearray:
    zeroed = content[:at] + bytes(min(256, len(content) - at)) + content[at + 256 :]
    return zeroed if zeroed != content else _flip(content, at)


KINDS: dict[str, Callable[[bytearray, int], bytearray]] = {
    "bit flipped": _flip,
    "truncated": lambda content, at: content[:at],
    "parts swapped": _swap,
    "zeros": _zeros,
    "empty": lambda content, at: bytearray(),
    "bytes appended": lambda content, at: content + bytes(at % 100 + 1),
}
OF_FILES = ("another file's content", "a folder in its place")
EVERY = (*KINDS, *OF_FILES)


def run(base: Path, undisturbed: Undisturbed, damages: int = DAMAGES, of_the_cache: int = OF_THE_CACHE, commands: bool = True, seed: int = 0) -> Row:
    """Damage one file after the other, and read it; returns the figures."""
    folder, chance = free_folder(base, "damages"), random.Random(seed)
    project = undisturbed.copy(folder / "project")
    inputs = sorted({path for stage in STAGES for path in _inputs(undisturbed, stage)})
    problems = [line for name in inputs for path in _files(project / name) if (line := _refused_whole(project, path))]
    with patch("pipeline.integrity.inputs.SETTLING", 0.0):  # the second for which DVC may be writing dvc.lock, which it does not here
        rows = [_read_damaged(project, chance.choice(inputs), chance) for _ in range(damages - of_the_cache)]
    objects = sorted(path for path in (project / CACHE).rglob("*") if path.is_file())
    cached = [(chance.choice(objects), _draw(chance, folders=False)) for _ in range(of_the_cache)]
    rows += _verify(project, folder, cached)
    tried = [(stage, name) for stage in QUICK for name in _inputs(undisturbed, stage)]
    tried += [(stage, chance.choice(_inputs(undisturbed, stage))) for stage in SLOW]
    through = side_by_side(partial(_through_the_command, folder, undisturbed, seed), list(enumerate(tried))) if commands else []
    used = [row for row in rows + through if not row["refused"]]
    return {
        "damages": len(rows),
        "by_kind": dict(sorted(Counter(row["kind"] for row in rows).items())),
        "of_the_cache": len(cached),
        "through_the_command": len(through),
        "used_silently": len(used),
        "tracebacks": sum(bool(row["traceback"]) for row in rows + through),
        "problems": problems
        + [f"{row['file']}, {row['kind']}: used" for row in used]
        + [f"{row['file']}, {row['kind']}: {row['traceback']}" for row in rows + through if row["traceback"]],
        "commands": through,
    }


def _draw(chance: random.Random, folders: bool = True) -> Damage:
    return Damage(chance.choice(EVERY if folders else EVERY[:-1]), chance.random() < 0.5, chance.random())


def _inputs(undisturbed: Undisturbed, stage: str) -> list[str]:
    """What a stage reads of what earlier stages have made."""
    deps = locked_stages(undisturbed.finished)[undisturbed.target(stage)].get("deps", [])
    return [dep["path"] for dep in deps if dep["path"].startswith("artifacts/") and dep["path"] != NOT_READ]


def _files(path: Path) -> list[Path]:
    return sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]


@contextlib.contextmanager
def damaged(path: Path, damage: Damage) -> Iterator[None]:
    """A file that is damaged while the block lasts."""
    content, status = path.read_bytes(), path.stat()
    at = int(damage.chance * len(content))
    if damage.kind == "a folder in its place":
        path.unlink()
        path.mkdir()
    else:
        other = next(each for each in sorted(path.parent.parent.rglob("*")) if each.is_file() and each.read_bytes() != content)
        path.chmod(0o644)
        path.write_bytes(other.read_bytes() if damage.kind in OF_FILES else KINDS[damage.kind](bytearray(content), at))
    if damage.keeps_time:
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    try:
        yield
    finally:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        path.write_bytes(content)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _read_damaged(project: Path, given: str, chance: random.Random) -> Row:
    """Whether the check that stages begin with refuses a damaged file or its folder, and whether its reader raises anything but a clear error."""
    path, damage = chance.choice(_files(project / given)), _draw(chance)
    name = path.relative_to(project)
    refused, traceback = False, ""
    with damaged(path, damage), contextlib.chdir(project):
        try:
            check_inputs(Path(given))
        except DataError as error:
            refused = "\n" not in str(error) and given in str(error)
        except Exception as error:
            traceback = f"check_inputs: {error!r}"[:300]
        traceback = traceback or _read(name)
    return damage._asdict() | {"file": name.as_posix(), "refused": refused, "traceback": traceback}


def _read(name: Path) -> str:
    """What a reader raises that is no clear error."""
    try:
        reader_of(name)(name)
    except DataError as error:
        return "" if "\n" not in str(error) else f"{len(str(error).splitlines())} lines: {error}"
    except Exception as error:
        return f"{name}: {error!r}"[:300]
    return ""


def _refused_whole(project: Path, path: Path) -> str:
    """What the check or the reader says of a file that is whole, which is nothing."""
    try:
        with contextlib.chdir(project):
            reader_of(path)(path)
    except Exception as error:
        return f"{path.relative_to(project)}, whole: {error}"[:300]
    return ""


def _verify(project: Path, folder: Path, cached: list[tuple[Path, Damage]]) -> list[Row]:
    """Whether `python -m pipeline verify` names every damaged object of the cache; many at once, each object once at a time."""
    rows, waiting = [], list(cached)
    while waiting:
        batch = dict(waiting)
        waiting = [(path, damage) for path, damage in waiting if batch[path] is not damage]
        with contextlib.ExitStack() as stack:
            for path, damage in batch.items():
                stack.enter_context(damaged(path, damage))
            command = [sys.executable, "-m", "pipeline", "verify"]
            ended = Process(command, project, environment(folder / "log"), folder / "printed").end()
        for path, damage in batch.items():
            named = path.name in ended.output + ended.errors
            traceback = ended.errors[-300:] if "Traceback" in ended.errors else ""
            row = {"file": path.relative_to(project).as_posix(), "refused": named and ended.status != 0, "traceback": traceback}
            rows.append(damage._asdict() | row)
    return rows


def _through_the_command(folder: Path, undisturbed: Undisturbed, seed: int, numbered: tuple[int, tuple[str, str]]) -> Row:
    """A stage as DVC runs it, one of whose inputs is damaged: it must end with one line, and write nothing."""
    number, (stage, name) = numbered
    chance = random.Random(seed + number)
    project = undisturbed.copy(folder / f"command-{number}")
    path, damage = chance.choice(_files(project / name)), _draw(chance)
    before = undisturbed.differences(project)
    with damaged(path, damage):
        ended = Process(undisturbed.command(stage), project, environment(folder / f"log-{number}"), folder / "printed").end()
    lines = not_of_dvc(ended.errors)
    clear = ended.status == 1 and len(lines) == 1 and lines[0].startswith("error: ") and name in lines[0] and any(map(lines[0].count, REMEDIES))
    left = [line for line in undisturbed.differences(project) if line not in before]
    shutil.rmtree(project)
    traceback = "" if clear or ended.status == 0 else f"status {ended.status}, {len(lines)} lines: {lines[-1:]}"
    row = {
        "file": name,
        "stage": stage,
        "refused": ended.status != 0 and not left,
        "traceback": traceback,
        "lines": [line[:300] for line in lines[:3]],
    }
    return damage._asdict() | row
