"""docs/diagnosis.md and docs/diagnosis-scripts.md, from the rules and the committed results."""

from pathlib import Path
from typing import Any

from benchmarks.diagnosis.home import page as home
from benchmarks.diagnosis.home.words import PICTURES
from benchmarks.diagnosis.scripts import page as scripts
from benchmarks.diagnosis.scripts import totals
from benchmarks.diagnosis.scripts.results import FIRST, published
from pipeline.files.artifacts import write_text
from pipeline.files.json_file import read_json

PAGE, SCRIPTS_PAGE = Path("docs/diagnosis.md"), Path("docs/diagnosis-scripts.md")
HOME, COST = Path("benchmarks/diagnosis.json"), Path("benchmarks/scripts_cost.json")
INTRODUCTION = """# Diagnosis: failure modes of GANs, what the doctor finds, and what it does not

This page is made by `python -m benchmarks.diagnosis` from the list of rules and the results in `benchmarks/`. First what was measured: in scripts
with a known fault, in healthy ones, in faults put into small GANs. Then [each failure mode](#the-failure-modes): what it looks like, why it is a
problem, how to fix it, how it is verified."""
Row = dict[str, Any]


def as_page(own: Row, sets: dict[str, Row], first: dict[str, Row], costs: Row, pictures: set[str]) -> str:
    """The page docs/diagnosis.md.

    Args:
        own: the results of the part `home`.
        sets: the results of the sets of scripts that were run.
        first: the results of first runs of scripts that are in the development set now, by what they are.
        costs: what the doctor costs other people's scripts.
        pictures: the ids of findings that have a picture.
    """
    rows = [row for result in sets.values() for row in result["scripts"]]
    parts = [INTRODUCTION, *totals.found(sets, first), *home.measured(own), *home.cost(own), *scripts.cost(costs["cost"])]
    return "\n\n".join([*parts, *home.failure_modes(own, pictures, rows)]) + "\n"


def write_pages() -> None:
    """Write both pages from the results that are there."""
    sets, pictures = published(), {path.stem for path in PICTURES.glob("*.png")}
    write_text(PAGE, as_page(read_json(HOME), sets, {name: read_json(path) for name, path in FIRST.items()}, read_json(COST), pictures))
    write_text(SCRIPTS_PAGE, scripts.as_page(sets))
