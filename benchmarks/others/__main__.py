"""`python -m benchmarks.others`: runs the scripts of examples/ with the doctor and without it, and records which faults it names.

Writes benchmarks/others.json and docs/other-peoples-gans.md, and benchmarks/others_first.json if there has been no run before.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.others.cost import measure
from benchmarks.others.page import PAGE, as_page
from benchmarks.others.running import environment, run_pair
from benchmarks.others.scripts import Script, scripts
from benchmarks.others.verdicts import row, totals
from pipeline.files.artifacts import read_json, write_json, write_text
from pipeline.files.errors import one_line_errors

RESULTS = Path("benchmarks/others.json")
FIRST = Path("benchmarks/others_first.json")  # the result of the first run: nothing writes over it
SIDE_BY_SIDE = 2


def run_all(found: list[Script], variables: dict[str, str]) -> list[dict[str, Any]]:
    """The rows of all scripts, in their order."""

    def one(script: Script) -> dict[str, Any]:
        result = row(script, run_pair(script.path, variables))
        print(f"{script.kind} {script.name}: {result['verdict']}", flush=True)
        return result

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return list(pool.map(one, found))


def publish(results: dict[str, Any]) -> None:
    """Write the results, the first ones too if these are the first, and the page."""
    write_json(RESULTS, results)
    if not FIRST.exists():
        write_json(FIRST, results)
    write_text(PAGE, as_page(read_json(RESULTS), read_json(FIRST)))


if __name__ == "__main__":
    with one_line_errors():
        variables = environment()
        rows = run_all(scripts(), variables)
        publish({"machine": machine(), "totals": totals(rows), "scripts": rows, "cost": measure(variables)})
