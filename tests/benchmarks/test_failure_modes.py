"""docs/failure-modes.md is generated from the rules and the committed results, and the results keep what was promised."""

import json
from typing import Any

import pytest

from benchmarks.diagnosis.faults import FAULTS
from benchmarks.diagnosis.page import as_page
from benchmarks.diagnosis.words import FOUND_IN_SCRIPTS, FROM_SCRIPTS
from pipeline.doctor.diagnosis.diagnose import RULES
from tests.conftest import ROOT

RESULTS = json.loads((ROOT / "benchmarks/diagnosis.json").read_text())
PICTURES = ROOT / "docs/images/failure-modes"
SCORES = json.loads((ROOT / "benchmarks/results.json").read_text())["cells"]
Row = dict[str, Any]


def errors(row: Row) -> list[str]:
    return [finding["id"] for finding in row["findings"] if finding["severity"] == "error"]


def test_the_page_is_made_of_the_rules_and_the_results() -> None:
    assert (ROOT / "docs/failure-modes.md").read_text(encoding="utf-8") == as_page(RESULTS, {path.stem for path in PICTURES.glob("*.png")})


def test_every_failure_mode_has_a_picture_made_by_a_run_or_is_said_to_show_in_scripts_alone() -> None:
    pictures = {path.stem for path in PICTURES.glob("*.png")}
    assert pictures | FROM_SCRIPTS == {rule.id for rule in RULES}
    assert not pictures & FROM_SCRIPTS
    page = (ROOT / "docs/failure-modes.md").read_text(encoding="utf-8")
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
