"""docs/diagnosis.md and docs/diagnosis-scripts.md are generated from the rules and the committed results, which keep what was promised."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.diagnosis.home.faults import FAULTS
from benchmarks.diagnosis.home.page import verified
from benchmarks.diagnosis.home.words import FOUND_IN_SCRIPTS, FROM_SCRIPTS
from benchmarks.diagnosis.page import COST, PAGE, SCRIPTS_PAGE, as_page
from benchmarks.diagnosis.scripts.page import as_page as scripts_page
from benchmarks.diagnosis.scripts.results import FIRST, write_csv
from benchmarks.diagnosis.scripts.scripts import SETS
from pipeline.doctor.diagnosis.diagnose import RULES
from tests.conftest import ROOT

RESULTS = json.loads((ROOT / "benchmarks/diagnosis.json").read_text())
SCRIPTS = {these.name: json.loads((ROOT / these.results).read_text()) for these in SETS if (ROOT / these.results).is_file()}
PICTURES = ROOT / "docs/images/failure-modes"
SCORES = json.loads((ROOT / "benchmarks/results.json").read_text())["cells"]
Row = dict[str, Any]


def errors(row: Row) -> list[str]:
    return [finding["id"] for finding in row["findings"] if finding["severity"] == "error"]


def test_the_pages_and_the_table_are_made_of_the_rules_and_the_results(tmp_path: Path) -> None:
    first, costs = ({name: json.loads((ROOT / path).read_text()) for name, path in FIRST.items()}, json.loads((ROOT / COST).read_text()))
    page = as_page(RESULTS, SCRIPTS, first, costs, {path.stem for path in PICTURES.glob("*.png")})
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page
    assert (ROOT / SCRIPTS_PAGE).read_text(encoding="utf-8") == scripts_page(SCRIPTS)
    write_csv(SCRIPTS, tmp_path / "scripts.csv")
    assert (ROOT / "benchmarks/scripts.csv").read_text(encoding="utf-8") == (tmp_path / "scripts.csv").read_text(encoding="utf-8")


def test_a_failure_mode_says_in_which_gans_it_was_verified() -> None:
    home = {"faults": [{"fault": "wrong sign", "gan": "lsgan", "expected": "generator_sign", "named": True}], "cells": []}
    row = {"verdict": "named", "expected": {"named_by": ["generator_sign"]}, "findings": [{"id": "generator_sign", "severity": "error"}]}
    row |= {"script": "signs", "set": "held-out"}
    assert verified("generator_sign", home, [row]) == "found in wrong sign in `lsgan`; `signs` of the held-out scripts."
    assert verified("momentum", home, [row]).startswith("by the tests of its rule")
    home["cells"] = [{"cell": "asker-0", "findings": [{"id": "momentum"}]}]
    assert verified("momentum", home, []) == "found in the trained cell `asker-0`."


def test_every_failure_mode_has_a_picture_made_by_a_run_or_is_said_to_show_in_scripts_alone() -> None:
    pictures = {path.stem for path in PICTURES.glob("*.png")}
    assert pictures | FROM_SCRIPTS == {rule.id for rule in RULES}
    assert not pictures & FROM_SCRIPTS
    page = (ROOT / "docs/diagnosis.md").read_text(encoding="utf-8")
    assert page.count(FOUND_IN_SCRIPTS) == len(FROM_SCRIPTS)


def test_every_failure_mode_was_named_in_a_fault_or_a_cell_or_shows_in_scripts_alone() -> None:
    named = {row["expected"] for row in RESULTS["faults"] if row["named"]} | {each["id"] for row in RESULTS["cells"] for each in row["findings"]}
    assert named | FROM_SCRIPTS == {rule.id for rule in RULES}


def test_every_fault_was_tried_and_is_named_and_nothing_wrong_is() -> None:
    rows = RESULTS["faults"]
    assert [row["fault"] for row in rows] == [fault.name for fault in FAULTS]
    assert all(row["named"] for row in rows)
    assert all(row["errors_beside"] == [] for row in rows)
    for row, fault in zip(rows, FAULTS, strict=True):
        assert row["epoch"] <= fault.by_epoch
    assert all(row["errors"] == row["warnings"] == [] for row in RESULTS["healthy"])


@pytest.mark.parametrize("row", RESULTS["cells"], ids=[row["cell"] for row in RESULTS["cells"]])
def test_a_cell_that_scores_like_real_digits_has_no_error_and_any_other_has_a_finding(row: Row) -> None:
    (scores,) = (cell for cell in SCORES if (cell["variant"], cell["seed"]) == (row["variant"], row["seed"]))
    findings = [finding for finding in row["findings"] if finding["severity"] != "note"]
    own, real = scores["scores"], scores["real_reference"]
    if own["frechet_distance"] <= 10 * real["frechet_distance"] and own["classes_covered"] == 10:
        assert errors(row) == []
        assert len(findings) <= 1
    else:
        assert findings
    if row["variant"] == "answer_tuned":
        assert errors(row) == []


def test_what_it_costs_is_within_bounds() -> None:
    for row in RESULTS["cost"]:
        assert row["ratio"] <= 1.04
        assert row["seconds_before"] <= 5
