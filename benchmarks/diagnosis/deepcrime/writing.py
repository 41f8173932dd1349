"""Writes the mutants as scripts, and mutants.json: what each one changes, and what harm it does."""

from pathlib import Path
from typing import Any

from benchmarks.diagnosis.deepcrime.harm import harm, measured
from benchmarks.diagnosis.deepcrime.mutant import mutated, names
from benchmarks.diagnosis.deepcrime.mutants import MUTANTS
from benchmarks.diagnosis.deepcrime.operators import OPERATORS
from pipeline.files.artifacts import write_json, write_text
from pipeline.files.json_file import read_json

FOLDER = Path("examples/deepcrime")
LIST = "mutants.json"


def write_mutants(folder: Path = FOLDER) -> None:
    """Write all mutants; the harm of one whose script stays as it was stays too, that of any other is measured anew."""
    before = read_json(folder / LIST) if (folder / LIST).is_file() else {}
    rows: dict[str, Any] = {}
    for name, mutant in names(MUTANTS).items():
        script, (text, line) = folder / "faulty" / f"{name}.py", mutated(mutant, folder / "healthy")
        same = script.is_file() and script.read_text(encoding="utf-8") == text
        write_text(script, text)
        what = {"operator": mutant.operator, "does": OPERATORS[mutant.operator], "base": mutant.base, "line": line, "change": mutant.change}
        rows[name] = what | {"harm": before.get(name, {}).get("harm") if same else None}
    for script in (folder / "faulty").glob("*.py"):
        if script.stem not in rows:
            script.unlink()
    write_json(folder / LIST, rows)


def measure_harm(variables: dict[str, str], folder: Path = FOLDER) -> None:
    """Run bases and mutants with each seed, and write what harm each mutant does."""
    rows = read_json(folder / LIST)
    found = measured(sorted([*(folder / "healthy").glob("*.py"), *(folder / "faulty").glob("*.py")]), variables)
    write_json(folder / LIST, {name: row | {"harm": harm(found[name], found[row["base"]])} for name, row in rows.items()})
