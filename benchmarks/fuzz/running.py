"""Runs a trial in a process of its own; one that ends by a signal has found something, and the trial goes on with another seed."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from benchmarks.fuzz.kind import find_kind
from benchmarks.fuzz.tally import HEAD, MOST_OTHERS
from benchmarks.fuzz.trial import INPUT, INPUT_SECONDS, TALLY
from pipeline.files.errors import DataError

Row = dict[str, Any]
IN_MEMORY = Path("/dev/shm")  # each input is written to a file: not on a disk, where there is such a folder
POLL_SECONDS, MOST_POLLS = 5.0, 24  # a process that is asleep at each of so many polls hangs; one that only waits for its turn does not sleep
MOST_DEATHS = 10  # of the process of one trial, after which it is given up


def run_trial(reader: str, fuzzer: str, seconds: float) -> Row:
    """Run a trial until its processor time is spent.

    Args:
        reader: A kind of `benchmarks.fuzz.kind`.
        fuzzer: hypothesis or atheris.
        seconds: Processor time, in all.

    Returns:
        The counts. The death of a process counts as a failure of its last input.

    Raises:
        DataError: The reader does not accept its valid files, or cannot be imported.
    """
    row: Row = {"reader": reader, "fuzzer": fuzzer, "fuzzer_version": version(fuzzer)}
    left, deaths = seconds, 0
    while True:
        with tempfile.TemporaryDirectory(prefix="fuzz-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
            ended = _child([reader, fuzzer, str(left), str(deaths), folder])
            if not (Path(folder) / TALLY).exists():
                raise DataError(f"{reader} by {fuzzer}: expected a trial, its process ended at its start with status {ended[0]}: {ended[1]}")
            part: Row = json.loads((Path(folder) / TALLY).read_bytes())
            if not part["finished"]:
                content = (Path(folder) / INPUT / find_kind(reader).file).read_bytes()
                part["others"].append(_death(ended, content))
                part["inputs"] += 1  # counts since they were last written are lost
                part["other"] += 1
        row = _added(row, part)
        left -= part["seconds"]
        deaths += not part["finished"]
        if part["finished"] or deaths == MOST_DEATHS or left <= 0:
            return row


def _child(arguments: list[str]) -> tuple[int | None, str]:
    """As `_watched`, of the trial's process."""
    return _watched([sys.executable, "-m", "benchmarks.fuzz.trial", *arguments])


def _watched(command: list[str]) -> tuple[int | None, str]:
    """The status of a process, None if it hung and was ended, and the last line that it wrote.

    The clock on the wall says nothing: at the lowest priority on a busy machine, processor time comes slowly.
    """
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
    asleep = 0
    while asleep < MOST_POLLS:
        try:
            _, errors = process.communicate(timeout=POLL_SECONDS)
        except subprocess.TimeoutExpired:
            asleep = asleep + 1 if psutil.Process(process.pid).status() == psutil.STATUS_SLEEPING else 0
        else:
            return process.returncode, (errors.strip().splitlines() or [""])[-1]
    process.kill()
    process.communicate()
    return None, ""


def _death(ended: tuple[int | None, str], content: bytes) -> Row:
    """A failure like those of `Tally`: how the process ended while it read this input."""
    status, last_words = ended
    if status is None:
        problem = "the process hung without using processor time"
    elif status == -signal.SIGXCPU:
        problem = f"took longer than {INPUT_SECONDS} seconds of processor time"
    else:
        problem = f"the process ended with status {status}: {last_words[:200]}"
    return {"problem": problem, "times": 1, "length": len(content), "head": content[:HEAD].hex(), "whole": content.hex()}


def _added(row: Row, part: Row) -> Row:
    """The counts of a trial with those of one more of its processes."""
    merge: dict[str, Callable[[Any, Any], Any]] = {
        "longest_seconds": max,
        "memory_megabytes": max,
        "refusals": max,
        "frequent_refusals": lambda _, last: last,
        "others": lambda before, last: (before + last)[:MOST_OTHERS],
        "seconds": lambda before, last: round(before + last, 1),
    }
    counts = {name: value for name, value in part.items() if name != "finished"}
    return row | {name: merge.get(name, int.__add__)(row[name], value) if name in row else value for name, value in counts.items()}
