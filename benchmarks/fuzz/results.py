"""benchmarks/fuzz.json: a row for each trial, and which of them need not run again; the table of it."""

import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any

from benchmarks.fuzz.kind import find_kind
from pipeline.files.artifacts import write_json

RESULTS = Path("benchmarks/fuzz.json")
FOUND = Path("artifacts/fuzz")  # whole inputs that made a reader fail; git ignores it
FUZZERS = ("hypothesis", "atheris")
SHARED = ("pipeline.files.plain", "pipeline.files.reading", "pipeline.files.shown")  # what most readers read and answer with
Row = dict[str, Any]


def code_hash(reader: str) -> str:
    """One hash for the reader's modules: trials of an earlier reader say nothing about this one."""
    names = [name for name in (*find_kind(reader).instrumented, *SHARED) if name.split(".")[0] == "pipeline"]
    found = [spec.origin for name in names if (spec := importlib.util.find_spec(name)) and spec.origin]
    files = {path for origin in found for path in ([Path(origin)] if Path(origin).name != "__init__.py" else Path(origin).parent.glob("*.py"))}
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def rows(file: Path = RESULTS) -> list[Row]:
    """The trials that have ended."""
    found: list[Row] = json.loads(file.read_bytes())["trials"] if file.exists() else []
    return found


def is_done(trials: list[Row], reader: str, fuzzer: str, seconds: float) -> bool:
    """Whether a trial of this code and of at least this length has ended and found nothing."""
    alike = [row for row in trials if (row["reader"], row["fuzzer"], row["code_sha256"]) == (reader, fuzzer, code_hash(reader))]
    return any(row["seconds"] >= seconds and not row["other"] for row in alike)


def save(trials: list[Row], row: Row, file: Path = RESULTS) -> list[Row]:
    """Put a trial in the place of the earlier one of its reader and fuzzer. Whole inputs go to a folder of their own, by their hash."""
    for other in row["others"]:
        content = bytes.fromhex(other.pop("whole"))
        other["file"] = str(FOUND / f"{row['reader']}-{hashlib.sha256(content).hexdigest()[:12]}")
        FOUND.mkdir(parents=True, exist_ok=True)
        Path(other["file"]).write_bytes(content)
    kept = [earlier for earlier in trials if (earlier["reader"], earlier["fuzzer"]) != (row["reader"], row["fuzzer"])]
    new = sorted([*kept, row], key=lambda row: (row["reader"], row["fuzzer"]))
    write_json(file, {"trials": new})
    return new


def table(trials: list[Row]) -> str:
    """The trials as a table in Markdown.

    >>> print(table([]))
    | reader | fuzzer | minutes of processor time | inputs | accepted | refused in one line | anything else | longest s | most MB |
    |---|---|---|---|---|---|---|---|---|
    """
    columns = "reader | fuzzer | minutes of processor time | inputs | accepted | refused in one line | anything else | longest s | most MB"
    lines = [f"| {columns} |", "|---" * (columns.count("|") + 1) + "|"]
    for row in trials:
        counts = " | ".join(str(row[name]) for name in ("inputs", "accepted", "refused", "other"))
        cost = f"{row['longest_seconds']:.2f} | {row['memory_megabytes']:.0f}"
        lines.append(f"| {row['reader']} | {row['fuzzer']} | {row['seconds'] / 60:.1f} | {counts} | {cost} |")
    return "\n".join(lines)
