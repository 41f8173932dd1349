"""Files that nobody should give the pipeline as params.yaml: each in a process of its own with bounded memory, some through the real command.

`python -m benchmarks.torture.hostile_params FOLDER` reads the files that lie there, one after the other, each in a child of its own.
"""

import json
import os
import resource
import signal
import sys
import time
import traceback
from pathlib import Path

from benchmarks.torture.processes import Process, side_by_side
from benchmarks.torture.projects import Row, Undisturbed, environment, free_folder
from pipeline.files.errors import SettingsError
from pipeline.settings.params import load_settings
from tests.settings.hostile import hostile_params

FILES, THROUGH_THE_COMMAND = 200, 10
MEMORY = 400_000_000  # bytes of address space that reading may take beyond what Python and its libraries have
SECONDS = 60  # of processor time, for one file
LONGEST_VALUE = 80  # characters in a row of a value that may be echoed
ROOT = Path(__file__).parents[2]


def run(base: Path, undisturbed: Undisturbed, files: int = FILES, commands: int = THROUGH_THE_COMMAND) -> Row:
    """Read hostile files; returns the figures."""
    folder = free_folder(base, "hostile")
    chosen = _chosen(files)
    for number, (_, content) in enumerate(chosen):
        (folder / f"{number:03}.yaml").write_bytes(content)
    variables = environment(folder / "log", PYTHONPATH=str(ROOT))
    ended = Process([sys.executable, "-m", "benchmarks.torture.hostile_params", str(folder)], ROOT, variables, folder / "printed").end()
    rows = json.loads(ended.output.splitlines()[-1]) if ended.status == 0 else []
    problems = [] if rows else [f"the process ended with status {ended.status}: {ended.errors[-500:]}"]
    for (name, _), row in zip(chosen, rows or [{"said": ""}] * len(chosen), strict=True):
        problems += [f"{name}: {_wrong(row['said'])}"] if _wrong(row["said"]) else []
    project = undisturbed.copy(folder / "project")

    def through_the_command(number: int) -> str:
        clone = folder / f"command-{number}"
        clone.mkdir()
        (clone / "pipeline").symlink_to(project / "pipeline")
        (clone / "params.yaml").write_bytes(chosen[number][1])
        done = Process([*undisturbed.command("settings")], clone, environment(folder / "log"), folder / "printed").end(SECONDS * 4)
        lines = done.errors.splitlines()
        right = done.status == 1 and len(lines) == 1 and lines[0].startswith("error: ") and not _wrong(lines[0])
        return "" if right else f"{chosen[number][0]}, through the command: status {done.status}, {len(lines)} lines: {lines[-1:]}"

    step = max(1, len(chosen) // commands)
    outcomes = side_by_side(through_the_command, range(0, len(chosen), step)[:commands])
    problems += [line for line in outcomes if line]
    return {
        "files": len(rows),
        "one_line": sum(not _wrong(row["said"]) for row in rows),
        "commands": len(outcomes),
        "through_the_command": sum(not line for line in outcomes),
        "most_megabytes": round(max((row["megabytes"] for row in rows), default=0.0)),
        "most_seconds": round(max((row["seconds"] for row in rows), default=0.0), 1),
        "problems": problems,
    }


def _chosen(files: int) -> list[tuple[str, bytes]]:
    """So many of the hostile files, spread over all of them."""
    every = list(hostile_params())
    return [every[number * len(every) // files] for number in range(min(files, len(every)))] if files < len(every) else every


def _wrong(said: str) -> str:
    """What is wrong with an answer; empty if it is one line that can be printed and echoes no long value."""
    text = said.removeprefix("error: ")
    if not text.isprintable() or not text:
        return f"not one printable line: {ascii(said)[:200]}"
    if text.startswith("Traceback") or len(text) > 500:
        return f"no short line: {text[:200]}"
    return f"echoes {len(text)} characters" if any(len(set(text[i : i + LONGEST_VALUE + 1])) == 1 for i in range(len(text) - LONGEST_VALUE)) else ""


def _read_all(folder: Path) -> list[Row]:
    rows = []
    for path in sorted(folder.glob("*.yaml")):
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            _read(path, writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            answer = pipe.read()
        status, usage = os.wait4(child, 0)[1:]
        said = answer.decode("utf-8", "replace") or f"Traceback: the process ended with {os.waitstatus_to_exitcode(status)}"
        rows.append({"said": said, "megabytes": usage.ru_maxrss / 1000, "seconds": usage.ru_utime + usage.ru_stime})
    return rows


def _read(path: Path, writing: int) -> None:
    """Read one file in this process, which ends then."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    signal.alarm(SECONDS * 4)
    began = time.process_time()
    try:
        load_settings(path)
        said = f"Traceback: accepted after {time.process_time() - began:.1f} s"
    except SettingsError as error:
        said = str(error)
    except BaseException:
        said = traceback.format_exc()
    os.write(writing, said.encode("utf-8", "backslashreplace")[:60_000])
    os._exit(0)


if __name__ == "__main__":
    print(json.dumps(_read_all(Path(sys.argv[1]))))
