"""`python -m benchmarks.sweep [PART ...]`: measure all parts or some of them, in the project's folder; writes benchmarks/sweep.json.

`hosts` needs Linux and root. A part that is measured anew replaces its own results alone.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.sweep import hosts, kills, overhead, side_by_side
from pipeline.files.artifacts import write_json, write_text
from pipeline.files.errors import one_line_errors
from pipeline.files.json_file import read_json

RESULTS, TRANSCRIPT = Path("benchmarks/sweep.json"), Path("benchmarks/sweep_hosts.txt")
PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "overhead": lambda folder: overhead.measure(folder, cells=12),
    "hosts": lambda folder: hosts.measure(folder, cells=16),
    "kills": lambda folder: kills.measure(folder, cells=40, kills=20),
    "side_by_side": lambda folder: side_by_side.measure(folder, rounds=3),
}


def measure(part: str) -> None:
    """Measure a part, and add it to the results."""
    with tempfile.TemporaryDirectory() as name:
        found = PARTS[part](Path(name))
        if part == "hosts":
            write_text(TRANSCRIPT, hosts.main_lines((Path(name) / "transcript").read_text(encoding="utf-8")))
    known = read_json(RESULTS) if RESULTS.is_file() else {}
    write_json(RESULTS, known | {part: found | {"machine": machine()}})
    print(f"{part}: {found}", flush=True)


if __name__ == "__main__":
    with one_line_errors():
        parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep", description=__doc__.partition("\n")[0], allow_abbrev=False)
        parser.add_argument("parts", nargs="*", choices=PARTS, default=[*PARTS], help="what is measured; all of it by default")
        for part in parser.parse_args().parts:
            measure(part)
