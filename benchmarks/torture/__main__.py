"""`python -m benchmarks.torture [PART...]`: tries what the pipeline promises, and writes benchmarks/reliability.json and docs/reliability.md.

Parts: kills, signals, owners, fresh_stores, store_faults, damages, hostile_params, environments; none means all, half an hour on two cores. The
trials run in a temporary folder, which is removed at the end. The exit status is 1 if a promise was broken.
"""

import argparse
import importlib
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.torture.file_systems import may_mount
from benchmarks.torture.page import PARTS, RESULTS, Row, read_results, summary, write_page
from benchmarks.torture.projects import Undisturbed, make_undisturbed
from pipeline.files.artifacts import write_json
from pipeline.files.errors import DataError, one_line_errors

KEPT = "TORTURE_FOLDER"  # a folder to work in that is kept, with all that the trials left; for finding out what went wrong


def run_parts(names: list[str]) -> bool:
    """Run parts, and write their results; whether every promise was kept."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise DataError(f"{unknown[0]}: expected parts out of {', '.join(PARTS)}; correct the command")
    may_mount()  # before any thread starts
    with tempfile.TemporaryDirectory(prefix="torture-", ignore_cleanup_errors=True) as temporary:
        base = Path(os.environ.get(KEPT) or temporary)
        began = time.monotonic()
        print("the undisturbed project, with which everything is compared", flush=True)
        undisturbed = make_undisturbed(base)
        print(f"  {time.monotonic() - began:.0f} s", flush=True)
        found = [_run_part(name, base, undisturbed) for name in names]
    write_page()
    return not any(row["problems"] for row in found)


def _run_part(name: str, base: Path, undisturbed: Undisturbed) -> Row:
    """Run a part, and add its figures to the results."""
    print(name, flush=True)
    began = time.monotonic()
    part = importlib.import_module(f"benchmarks.torture.{name}")
    row: Row = {**part.run(base, undisturbed), "seconds": round(time.monotonic() - began)}
    results = read_results() if RESULTS.is_file() else {"parts": {}}
    results["parts"][name] = row
    write_json(RESULTS, results | {"machine": machine()})
    print(f"  {summary(name, row)}", *(f"  problem: {line}" for line in row["problems"][:20]), sep="\n", flush=True)
    return row


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.torture", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    with one_line_errors():
        sys.exit(0 if run_parts(parser.parse_args().parts or list(PARTS)) else 1)
