"""`python -m benchmarks.diagnosis [PART...]`: measures what the doctor finds. Parts: home, development, held-out, deepcrime, healthy; none means all.

It may be interrupted, and continues where it was: what has run is kept in artifacts/diagnosis-bench/. Run `dvc repro` before the part `home`.

`python -m benchmarks.diagnosis mutants` writes DeepCrime's mutants and measures which do harm; `score FILE.csv` scores another tool; `page` writes
the pages from the results that are there.
"""

import argparse
from pathlib import Path

from benchmarks.diagnosis.deepcrime.writing import measure_harm, write_mutants
from benchmarks.diagnosis.page import COST, write_pages
from benchmarks.diagnosis.scripts.cost import measure
from benchmarks.diagnosis.scripts.kept import FOLDER
from benchmarks.diagnosis.scripts.results import chosen, published, run_all, update, write_csv
from benchmarks.diagnosis.scripts.running import environment
from benchmarks.diagnosis.scripts.score import as_text, score
from benchmarks.machine import machine
from pipeline.files.artifacts import write_json
from pipeline.files.errors import DataError, one_line_errors

SCRIPT_PARTS = ("development", "held-out", "deepcrime", "healthy")
PARTS = ("home", *SCRIPT_PARTS)


def measure_scripts(parts: list[str]) -> None:
    """Run the scripts of parts, and publish what was found; with the development set, also what the doctor costs."""
    variables, found = environment(), chosen(parts)
    print(f"{len(found)} scripts; what has run is kept in {FOLDER}/, and Ctrl-C ends after the scripts that run", flush=True)
    update(run_all(found, variables), {"machine": machine()})
    if "development" in parts:
        write_json(COST, {"machine": machine(), "cost": measure(variables)})
    write_csv(published())


def run_parts(parts: list[str]) -> None:
    """Measure parts, and write the pages."""
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        raise DataError(f"{unknown[0]}: expected parts out of {', '.join(PARTS)}, or one of mutants, score, page alone; correct the command")
    if "home" in parts:
        from benchmarks.diagnosis.home.measuring import measure_home  # TensorFlow's threads are pinned for this part alone

        measure_home()
    if set(parts) & set(SCRIPT_PARTS):
        measure_scripts(parts)
    write_pages()


def main(words: list[str]) -> None:
    """Run the command that the words say."""
    if words == ["mutants"]:
        write_mutants()
        measure_harm(environment())
    elif words == ["page"]:
        write_pages()
    elif words[:1] == ["score"] and len(words) == 2:
        print(as_text(score(Path(words[1]))))
    else:
        run_parts(words or list(PARTS))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; or mutants; or page; or score FILE.csv")
    with one_line_errors():
        main(parser.parse_args().words)
