"""Unusual environments: a disk that is full, read-only folders, wrong clocks, locales, umasks, odd paths; a clear line, and the same bytes after."""

import contextlib
import locale
import os
import shutil
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.torture.file_systems import may_mount, remount, small_disk
from benchmarks.torture.processes import Ended, Process, not_of_dvc, side_by_side
from benchmarks.torture.projects import HOOK, STAGES, Row, Undisturbed, environment, free_folder, repro

POINTS = 20  # of a full disk
SPARE = 40_000_000  # bytes with which a run ends well
YEARS_20 = 20 * 365.25 * 24 * 3600
QUICK = ("preprocess", "diagnose", "compare")  # the stages that are tried in read-only folders
TURKISH = ("tr_TR.UTF-8", "tr_TR.utf8", "tr_TR")
WITH_UMASK = 'umask "$1"; shift; exec "$@"'


class Surroundings(NamedTuple):
    """What is odd about a whole run."""

    name: str
    folder: str
    umask: str
    variables: dict[str, str]  # an empty value means that the variable is not set
    linked: bool = False  # the project is reached by a symbolic link


NO_LOCALE = dict.fromkeys(("LANG", "LC_ALL", "LC_CTYPE", "PYTHONUTF8"), "")
ODD = [
    Surroundings(
        "path with spaces and é, umask 077, LC_ALL=C, clock 20 years ahead", "mes données é", "077", {"LC_ALL": "C", "TORTURE_CLOCK": str(YEARS_20)}
    ),
    Surroundings(
        "reached by a symlink, umask 000, no HOME, no locale, clock 20 years behind",
        "linked",
        "000",
        NO_LOCALE | {"HOME": "", "XDG_CONFIG_HOME": "", "TORTURE_CLOCK": str(-YEARS_20)},
        linked=True,
    ),
]


def run(base: Path, undisturbed: Undisturbed, points: int = POINTS, surroundings: int = 3, read_only: bool = True) -> Row:
    """Run in each of them; returns the figures."""
    turkish = next((name for name in TURKISH if _has_locale(name)), None)
    odd = [*ODD, *([Surroundings("Turkish locale", "turkish", "022", {"LC_ALL": turkish})] if turkish else [])][:surroundings]
    jobs = [partial(_full_disk, base, undisturbed, points)] if may_mount() and points else []
    jobs += [partial(_odd, base, undisturbed, each) for each in odd] + ([partial(_read_only, base, undisturbed)] if read_only else [])
    outcomes = side_by_side(lambda job: job(), jobs)
    return {
        "full_disk_points": sum(len(outcome["points"]) for outcome in outcomes),
        "surroundings": [each.name for each in odd],
        "not_tried": [name for name, there in (("full disk", may_mount()), ("Turkish locale", bool(turkish))) if not there],
        "identical": sum(not outcome["differences"] for outcome in outcomes),
        "runs": len(outcomes),
        "problems": [f"{outcome['name']}: {line}" for outcome in outcomes for line in (*outcome["unclear"], *outcome["differences"])],
        "outcomes": outcomes,
    }


def _has_locale(name: str) -> bool:
    """Whether this machine has a locale; the present one is kept."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_ALL, before)
    return True


def _full_disk(base: Path, undisturbed: Undisturbed, points: int) -> Row:
    """A disk that is full, again and again, each time with a little more space, until a run ends well."""
    folder = free_folder(base, "full-disk")
    fresh = undisturbed.copy(folder / "fresh", STAGES[0])
    begins, ends = _size(fresh), _size(undisturbed.finished)
    done: list[Row] = []
    with small_disk(folder / "disk", ends + SPARE) as disk:
        project = Path(shutil.move(fresh, disk / "project"))
        for point in range(points):
            limit = begins + (ends - begins) * (2 * point + 1) // (2 * points)
            remount(disk, f"size={limit}")
            ended = repro(project, folder / f"log-{point}", LC_ALL="POSIX")
            done.append({"bytes": limit, "status": ended.status, "lines": not_of_dvc(ended.errors)[-2:], "unclear": _unclear(ended)})
        remount(disk, f"size={ends + SPARE}")
        ended = repro(project, folder / "log-end", LC_ALL="POSIX")
        differences = undisturbed.differences(project) + ([f"status {ended.status}"] if ended.status else [])
    print(f"  full disk, {len(done)} points: {len(differences)} differences", flush=True)
    full = [each for each in done if each["status"]]
    unclear = [line for each in done for line in each["unclear"]] + ([] if full else ["the disk was full at no point"])
    return {"name": "full disk", "points": full, "unclear": unclear, "differences": differences}


def _size(folder: Path) -> int:
    """Bytes that a folder takes in a file system of pages of 4096 bytes."""
    return sum(-(-path.lstat().st_size // 4096) * 4096 for path in folder.rglob("*") if path.is_file())


def _unclear(ended: Ended) -> list[str]:
    """What a run printed that is no clear line: at most one error, and warnings."""
    if "Traceback" in ended.errors + ended.output:
        return [f"a traceback: {ended.errors[-300:]}"]
    lines = not_of_dvc(ended.errors)
    unclear = [line for line in lines if not line.startswith(("error: ", "warning: "))]
    unclear += [f"several errors: {lines}"] if sum(line.startswith("error: ") for line in lines) > 1 else []
    return unclear + ([f"status {ended.status} without a line"] if ended.status and not ended.errors.strip() else [])


def _odd(base: Path, undisturbed: Undisturbed, each: Surroundings) -> Row:
    """A whole run in odd surroundings."""
    folder = free_folder(base, f"odd-{each.umask}-{each.linked}")
    project = undisturbed.copy(folder / each.folder / "project", STAGES[0])
    if each.linked:
        (folder / "link").symlink_to(folder / each.folder)
        project = folder / "link" / "project"
    variables = environment(folder / "log", **each.variables) | {"PYTHONPATH": str(HOOK), "PWD": str(project)}
    kept = {name: value for name, value in variables.items() if value or name not in each.variables}
    command = ["sh", "-c", WITH_UMASK, "sh", each.umask, "dvc", "repro"]
    ended = Process(command, project, kept, folder / "log" / "printed").end()
    differences = undisturbed.differences(project) + ([f"status {ended.status}: {ended.errors[-300:]}"] if ended.status else [])
    print(f"  {each.name}: {len(differences)} differences", flush=True)
    return {"name": each.name, "points": [], "unclear": _unclear(ended), "differences": differences}


def _read_only(base: Path, undisturbed: Undisturbed) -> Row:
    """Stages in a project that nothing can be written to: one line each, and the same bytes once it can."""
    folder = free_folder(base, "read-only")
    with contextlib.ExitStack() as stack:
        if may_mount():
            disk = stack.enter_context(small_disk(folder / "disk", _size(undisturbed.finished) + SPARE))
            begin, end = partial(remount, disk, "ro"), partial(remount, disk, "rw")
        else:
            disk = folder / "disk"
            begin, end = partial(_allow_writing, disk, False), partial(_allow_writing, disk, True)
        project, unclear = undisturbed.copy(disk / "project"), []
        begin()
        try:
            for stage in QUICK:
                ended = Process(undisturbed.command(stage), project, environment(folder / "log"), folder / "log" / "printed").end()
                lines = [line for line in not_of_dvc(ended.errors) if not line.startswith("warning: ")]
                clear = ended.status != 0 and len(lines) == 1 and lines[0].startswith("error: ")
                unclear += [] if clear else [f"{stage}: status {ended.status}, {len(lines)} lines: {lines[-1:]}"]
        finally:
            end()
        differences = undisturbed.differences(project)
    print(f"  read-only folders: {len(unclear)} unclear, {len(differences)} differences", flush=True)
    return {"name": "read-only folders", "points": [], "unclear": unclear, "differences": differences}


def _allow_writing(folder: Path, allowed: bool) -> None:
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            os.chmod(path, 0o755 if allowed else 0o555)
