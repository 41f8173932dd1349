"""Runs a part of the scripts and brings the committed results up to date: a JSON file per set, and one CSV file with a row per script."""

import csv
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.diagnosis.scripts.running import run_pair
from benchmarks.diagnosis.scripts.scripts import RESULTS, SETS, Script, ScriptSet, scripts
from benchmarks.diagnosis.scripts.verdicts import row, totals
from pipeline.files.artifacts import staged_file, write_json
from pipeline.files.json_file import read_json

Row = dict[str, Any]
CSV = RESULTS / "scripts.csv"
COLUMNS = ("set", "script", "kind", "style", "fault", "line", "verdict", "findings", "generator_updates")
FIRST = {  # the results of first runs of scripts that have become development scripts since: nothing writes over them
    "first 39, their first run": RESULTS / "others_first.json",
    "next 43, when held out": RESULTS / "held_out_first.json",
    "last 48, when held out": RESULTS / "held_out_second.json",
}
SIDE_BY_SIDE = 2


def chosen(parts: Sequence[str], sets: Sequence[ScriptSet] = SETS) -> list[Script]:
    """The scripts of parts: sets by name, and "healthy" for the healthy ones of all sets."""
    return [script for these in sets for script in scripts(these) if script.set in parts or ("healthy" in parts and script.kind == "healthy")]


def run_all(found: Sequence[Script], variables: dict[str, str]) -> list[Row]:
    """The rows of scripts, in their order. When it is interrupted, the scripts that run end first, and are kept."""

    def one(script: Script) -> Row:
        result = row(script, run_pair(script.path, variables))
        print(f"{script.set} {script.kind} {script.name}: {result['verdict']}", flush=True)
        return result

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return list(pool.map(one, found))


def update(rows: Sequence[Row], about: Row, sets: Sequence[ScriptSet] = SETS) -> None:
    """Write the rows into the files of their sets, in the place of the rows that the same scripts had; `about` says on which machine they ran."""
    for these in sets:
        new = {_key(each): each for each in rows if each["set"] == these.name}
        if new:
            before = {_key(each): each for each in read_json(these.results)["scripts"]} if these.results.is_file() else {}
            known = before | new
            order = [(_folder(script.kind), script.name) for script in scripts(these)]
            merged = [known[key] for key in order if key in known]
            write_json(these.results, about | {"totals": totals(merged), "scripts": merged})


def _key(one: Row) -> tuple[str, str]:
    """A script by its folder and name; whether a mutation does harm may have been measured anew."""
    return _folder(one["kind"]), one["script"]


def _folder(kind: str) -> str:
    return "healthy" if kind == "healthy" else "faulty"


def published(sets: Sequence[ScriptSet] = SETS) -> dict[str, Row]:
    """The committed results by set; a set that has not been run is not there."""
    return {these.name: read_json(these.results) for these in sets if these.results.is_file()}


def write_csv(results: dict[str, Row], path: Path = CSV) -> None:
    """One row per script of all sets."""
    with staged_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for result in results.values():
            for each in result["scripts"]:
                found = " ".join(f"{one['severity']}:{one['id']}" for one in each["findings"])
                writer.writerow(each | {"script": f"{_folder(each['kind'])}/{each['script']}", "findings": found})
