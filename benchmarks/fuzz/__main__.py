"""`python -m benchmarks.fuzz [READER ...] [--seconds N]`: tries each reader of files with inputs by Hypothesis and by atheris.

Each trial runs for N seconds of processor time (300) in a process of its own, at the lowest priority, and is written to benchmarks/fuzz.json when it
ends. A trial of the same code and of at least this length that found nothing is not run again; delete the file to run all. Ends with status 1 if any
input made a reader do anything but accept it or refuse it in one line. Linux on x86_64 only, because of atheris.

Both fuzzers are seeded. Hypothesis makes the same inputs in the same order each time; atheris does for most readers, as far as what it sees of a
reader's comparisons does not depend on addresses. How many inputs fit into the time depends on the machine.
"""

import argparse
import importlib.util
import os

from benchmarks.fuzz.kind import KINDS, find_kind
from benchmarks.fuzz.results import FUZZERS, RESULTS, code_hash, is_done, rows, save, table
from benchmarks.fuzz.running import run_trial
from pipeline.files.errors import DataError, one_line_errors

SECONDS = 300.0


def main() -> None:
    """Run the trials that are not done, and print all of them.

    Raises:
        DataError: atheris is missing, a reader is not known, or one failed otherwise than by its error.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__.partition("\n")[0], allow_abbrev=False)
    parser.add_argument("reader", nargs="*", metavar="READER", help=f"{', '.join(KINDS)}; without one, all of them")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"processor time of each trial ({SECONDS:.0f})")
    arguments = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        raise DataError("expected atheris, which is not installed; `make fuzz` needs Linux on x86_64 and the environment that `make` makes there")
    trials, readers = rows(), arguments.reader or KINDS
    for reader in readers:
        find_kind(reader)
    os.nice(19)  # the trials inherit it
    for reader, fuzzer in ((reader, fuzzer) for reader in readers for fuzzer in FUZZERS):
        if not is_done(trials, reader, fuzzer, arguments.seconds):
            row = {"code_sha256": code_hash(reader)} | run_trial(reader, fuzzer, arguments.seconds)
            trials = save(trials, row)
            print(f"{reader} by {fuzzer}: {row['inputs']} inputs, {row['other']} of them neither accepted nor refused in one line", flush=True)
    print(table(trials))
    failed = [row for row in trials if row["other"]]
    if failed:
        first = failed[0]["others"][0]
        raise DataError(
            f"{RESULTS}: expected no other outcome, received {sum(row['other'] for row in failed)}; the first, {first['file']}: {first['problem']}"
        )


if __name__ == "__main__":
    with one_line_errors():
        main()
