"""The scripts of other people: verdicts, the page, and that every expectation is about a script and a rule."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.others import __main__ as others
from benchmarks.others.cost import MEASURED
from benchmarks.others.page import PAGE, as_page
from benchmarks.others.running import TIMED_OUT, Pair, Run
from benchmarks.others.scripts import Fault, Script, scripts
from benchmarks.others.verdicts import VERDICTS, right_line, row, totals, verdict
from pipeline.doctor.diagnosis.diagnose import RULES
from tests.conftest import ROOT

Row = dict[str, Any]
FAULT = Fault("The sign of one | loss is wrong.", 40, ["generator_sign"], ["samples_alike"])
FAULTY = Script("signs", "faulty", Path("examples/faulty/signs.py"), FAULT)
HEALTHY = Script("sound", "healthy", Path("examples/healthy/sound.py"), None)
WELL = Run(0, 1.26, b"epoch 1 0.69\n", "")
COST = {"way": "fit", "script": "sound", "status": 0, "seconds": 20.0, "doctor": 1.0, "share": 0.05}
COST |= {"doctor_before": 0.8, "doctor_after": 0.2, "share_before": 0.04, "share_after": 0.01}


def finding(name: str, severity: str = "error", where: str = "") -> Row:
    return {"id": name, "severity": severity, "where": where}


def reported(script: Script, *findings: Row) -> Row:
    return row(script, Pair(WELL, WELL, {"findings": list(findings), "not_checked": {}}))


def made_up(*rows: Row) -> Row:
    return {"totals": totals(rows), "scripts": list(rows), "cost": [COST]}


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([finding("generator_sign")], "named"),
        ([finding("generator_sign", "warning"), finding("samples_alike")], "named"),
        ([finding("generator_sign"), finding("momentum", "warning")], "named"),
        ([finding("generator_sign"), finding("momentum")], "wrong error"),
        ([finding("generator_sign", "note")], "missed"),
        ([finding("samples_alike")], "symptoms only"),
        ([finding("samples_alike"), finding("momentum", "note")], "symptoms only"),
        ([finding("samples_alike"), finding("momentum")], "wrong error"),
        ([finding("samples_alike", "note")], "missed"),
        ([finding("momentum", "warning")], "missed"),
        ([], "missed"),
    ],
)
def test_the_verdict_on_a_fault(findings: list[Row], expected: str) -> None:
    assert verdict(FAULT, findings) == expected
    assert expected in VERDICTS["faulty"]


def test_in_a_healthy_script_every_error_is_wrong_and_nothing_else_is() -> None:
    assert verdict(None, [finding("momentum", "warning"), finding("one_sided_range", "note")]) == "no error"
    assert verdict(None, [finding("momentum")]) == "wrong error"


@pytest.mark.parametrize(("line", "expected"), [(37, False), (38, True), (40, True), (42, True), (43, False)])
def test_a_line_is_right_within_two_lines_of_the_fault(line: int, expected: bool) -> None:
    assert right_line(FAULTY, [finding("generator_sign", where=f"examples/faulty/signs.py:{line}")]) is expected


def test_only_a_line_of_the_script_in_a_finding_that_names_the_fault_counts() -> None:
    assert right_line(FAULTY, [finding("generator_sign", where="examples/digits.py:40")]) is False
    assert right_line(FAULTY, [finding("generator_sign")]) is False
    assert right_line(FAULTY, [finding("samples_alike", where="examples/faulty/signs.py:40")]) is None
    assert right_line(FAULTY, [finding("generator_sign", "note", "examples/faulty/signs.py:40")]) is None
    assert right_line(HEALTHY, [finding("generator_sign", where="examples/healthy/sound.py:40")]) is None


def test_a_row_tells_how_both_runs_ended() -> None:
    with_doctor = Run(TIMED_OUT, 240.04, b"", "Killed")
    found = row(FAULTY, Pair(WELL, with_doctor, None))
    assert found["plain"] == {"status": 0, "seconds": 1.3}
    assert found["with_doctor"] == {"status": TIMED_OUT, "seconds": 240.0, "last_words": "Killed"}
    assert (found["verdict"], found["has_report"], found["output_same"], found["findings"]) == ("missed", False, False, [])


def test_totals_count_each_verdict() -> None:
    rows = [
        reported(FAULTY, finding("generator_sign", where="signs.py:41")),
        reported(FAULTY),
        reported(HEALTHY),
        reported(HEALTHY, finding("momentum")),
    ]
    assert totals(rows) == {
        "faulty": {"named": 1, "symptoms only": 0, "missed": 1, "wrong error": 0},
        "healthy": {"no error": 1, "wrong error": 1},
        "scripts": 4,
        "right_line": 1,
        "output_same": 4,
        "reports": 4,
    }


def test_the_page_has_both_results_and_a_line_for_each_script() -> None:
    first = made_up(reported(FAULTY), reported(HEALTHY))
    page = as_page(made_up(reported(FAULTY, finding("generator_sign", where="examples/faulty/signs.py:41")), reported(HEALTHY)), first)
    assert "| faulty: named | 1 of 1 | 0 of 1 |" in page
    assert "| healthy: no error | 1 of 1 | 1 of 1 |" in page
    assert "| named with the right line | 1 of 1 | 0 of 0 |" in page
    signs = (
        r"| [signs](../examples/faulty/signs.py) | The sign of one \| loss is wrong. | 40 | named | **generator_sign** (error, line 41) | yes | yes |"
    )
    assert signs in page
    assert "| [sound](../examples/healthy/sound.py) | no error | none | yes |" in page
    assert "| fit | `sound` | 20.0 | 0.8 | 0.2 | 4.0% | 1.0% |" in page
    assert "What was not checked" not in page


def test_the_page_says_what_was_not_checked_and_what_did_not_end() -> None:
    unfinished = row(FAULTY, Pair(WELL, Run(TIMED_OUT, 240.0, b"", ""), None))
    partly = row(HEALTHY, Pair(WELL, WELL, {"findings": [], "not_checked": {"images": "no batch was seen"}}))
    page = as_page(made_up(unfinished, partly) | {"cost": [{"way": "fit", "script": "sound", "status": TIMED_OUT}]}, made_up(unfinished, partly))
    assert "- `signs`: no report (); with the doctor timed out after 240.0 s" in page
    assert "- `sound`: images: no batch was seen" in page
    assert "| fit | `sound` | unknown |" in page


def test_the_first_result_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, place in (("RESULTS", "others.json"), ("FIRST", "others_first.json"), ("PAGE", "page.md")):
        monkeypatch.setattr(others, name, tmp_path / place)
    first, second = made_up(reported(FAULTY), reported(HEALTHY)), made_up(reported(FAULTY, finding("generator_sign")), reported(HEALTHY))
    others.publish(first)
    others.publish(second)
    assert json.loads(others.FIRST.read_text()) == first
    assert json.loads(others.RESULTS.read_text()) == second
    assert (tmp_path / "page.md").read_text() == as_page(second, first)


@pytest.mark.skipif(not (ROOT / others.RESULTS).is_file(), reason="the scripts have not been run")
def test_the_page_is_made_of_the_results_of_all_scripts() -> None:
    results, first = (json.loads((ROOT / path).read_text()) for path in (others.RESULTS, others.FIRST))
    found = scripts(ROOT / "examples", ROOT / "benchmarks/others/expected.json")
    assert [(each["kind"], each["script"]) for each in results["scripts"]] == [(script.kind, script.name) for script in found]
    assert results["totals"] == totals(results["scripts"])
    assert (ROOT / PAGE).read_text(encoding="utf-8") == as_page(results, first)


def test_every_expectation_is_about_a_script_and_names_rules() -> None:
    expected = json.loads((ROOT / "benchmarks/others/expected.json").read_text())
    names = {path.stem for path in (ROOT / "examples/faulty").glob("*.py")}
    assert set(expected) == names == set(json.loads((ROOT / "examples/faults.json").read_text()))
    known = {rule.id for rule in RULES}
    for each in expected.values():
        assert set(each) == {"named_by", "symptoms", "reason"}
        assert {*each["named_by"], *each["symptoms"]} <= known
        assert not set(each["named_by"]) & set(each["symptoms"])
        assert each["reason"].endswith(".")


def test_all_scripts_are_found_and_those_whose_cost_is_measured_are_healthy() -> None:
    found = scripts(ROOT / "examples", ROOT / "benchmarks/others/expected.json")
    assert [script.kind for script in found] == ["faulty"] * 25 + ["healthy"] * 14
    assert set(MEASURED.values()) <= {script.name for script in found if script.kind == "healthy"}
