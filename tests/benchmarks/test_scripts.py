"""The scripts of examples/: sets, verdicts, tables, the score of another tool, and that every expectation is about a script and a rule."""

import csv
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.diagnosis.__main__ import main
from benchmarks.diagnosis.deepcrime.harm import quality
from benchmarks.diagnosis.scripts.cost import MEASURED
from benchmarks.diagnosis.scripts.page import as_page, cost_table
from benchmarks.diagnosis.scripts.results import chosen, update, write_csv
from benchmarks.diagnosis.scripts.running import ONE_THREAD, TIMED_OUT, Pair, Run, run
from benchmarks.diagnosis.scripts.score import as_text, score
from benchmarks.diagnosis.scripts.scripts import SETS, Fault, Script, ScriptSet, scripts, style
from benchmarks.diagnosis.scripts.totals import faults_table, healthy_table, not_found, not_visible
from benchmarks.diagnosis.scripts.verdicts import VERDICTS, right_line, row, totals, unrelated, verdict
from pipeline.doctor.diagnosis.diagnose import RULES
from pipeline.files.errors import DataError
from tests.conftest import ROOT
from tests.docs.pages import blocks

Row = dict[str, Any]
FAULT = Fault("The sign of one | loss is wrong.", 40, ["generator_sign"], ["samples_alike"])
WELL = Run(0, 1.26, "epoch 1 0.69\n", "", 1200)
COST = {"way": "fit", "script": "sound", "steps": 1000, "status": 0, "seconds": 20.0, "doctor": 1.0, "share": 0.05}
COST |= {"doctor_before": 0.8, "doctor_after": 0.2, "share_before": 0.04, "share_after": 0.01}
SAYS_WHAT_IS_WRONG = {"wrong": "The sign of one | loss is wrong.", "line": 40}


@pytest.fixture
def held_out(tmp_path: Path) -> ScriptSet:
    """A held-out set of two scripts with a fault and one without."""
    folder = tmp_path / "examples/held_out"
    for name in ("faulty/signs.py", "faulty/labels.py", "healthy/sound.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("model.fit(images)\n")
    (folder / "faults.json").write_text(json.dumps({"signs": SAYS_WHAT_IS_WRONG, "labels": SAYS_WHAT_IS_WRONG}))
    expected = {"named_by": ["generator_sign"], "symptoms": ["samples_alike"], "reason": "It is."}
    (tmp_path / "expected.json").write_text(json.dumps({"signs": expected, "labels": expected | {"not_visible": "Nobody can know."}}))
    return ScriptSet("held-out", folder, "faults.json", "wrong", tmp_path / "expected.json")


@pytest.fixture
def faulty(held_out: ScriptSet) -> Script:
    return next(script for script in scripts(held_out) if script.name == "signs")


@pytest.fixture
def healthy(held_out: ScriptSet) -> Script:
    return next(script for script in scripts(held_out) if script.kind == "healthy")


def finding(name: str, severity: str = "error", where: str = "") -> Row:
    return {"id": name, "severity": severity, "where": where}


def reported(script: Script, *findings: Row) -> Row:
    return row(script, Pair(WELL, WELL._replace(report={"findings": list(findings), "not_checked": {}})))


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([finding("generator_sign")], "named"),
        ([finding("generator_sign", "warning"), finding("samples_alike")], "named"),
        ([finding("generator_sign"), finding("momentum")], "named"),
        ([finding("generator_sign", "note")], "missed"),
        ([finding("samples_alike")], "symptoms only"),
        ([finding("samples_alike"), finding("momentum", "note")], "symptoms only"),
        ([finding("samples_alike"), finding("momentum")], "misnamed"),
        ([finding("momentum", "warning")], "misnamed"),
        ([finding("momentum", "note"), finding("samples_alike", "note")], "missed"),
        ([], "missed"),
    ],
)
def test_the_verdict_on_a_fault(findings: list[Row], expected: str) -> None:
    assert verdict(FAULT, findings) == expected
    assert expected in VERDICTS["faulty"]


def test_a_wrong_error_is_counted_whatever_else_was_found() -> None:
    findings = [finding("generator_sign"), finding("momentum"), finding("samples_alike"), finding("scaled_twice", "warning")]
    assert unrelated(FAULT, findings, ("error",)) == ["momentum"]
    assert unrelated(None, findings, ("error",)) == ["generator_sign", "momentum", "samples_alike"]


def test_in_a_healthy_script_every_error_is_wrong_and_nothing_else_is() -> None:
    assert verdict(None, [finding("momentum", "warning"), finding("one_sided_range", "note")]) == "no error"
    assert verdict(None, [finding("momentum")]) == "wrong error"


@pytest.mark.parametrize(("line", "expected"), [(37, False), (38, True), (40, True), (42, True), (43, False)])
def test_a_line_is_right_within_two_lines_of_the_fault(faulty: Script, line: int, expected: bool) -> None:
    assert right_line(faulty, [finding("generator_sign", where=f"examples/faulty/signs.py:{line}")]) is expected


def test_only_a_line_of_the_script_in_a_finding_that_names_the_fault_counts(faulty: Script, healthy: Script) -> None:
    assert right_line(faulty, [finding("generator_sign", where="examples/digits.py:40")]) is False
    assert right_line(faulty, [finding("generator_sign")]) is False
    assert right_line(faulty, [finding("samples_alike", where="examples/faulty/signs.py:40")]) is None
    assert right_line(faulty, [finding("generator_sign", "note", "examples/faulty/signs.py:40")]) is None
    assert right_line(healthy, [finding("generator_sign", where="examples/healthy/sound.py:40")]) is None


def test_a_row_tells_how_both_runs_ended(faulty: Script) -> None:
    found = row(faulty, Pair(WELL, Run(TIMED_OUT, 240.04, "", "Killed")))
    assert found["plain"] == {"status": 0, "seconds": 1.3}
    assert found["with_doctor"] == {"status": TIMED_OUT, "seconds": 240.0, "last_words": "Killed"}
    assert (found["verdict"], found["has_report"], found["output_same"], found["findings"]) == ("missed", False, False, [])
    assert (found["set"], found["style"], found["generator_updates"]) == ("held-out", "fit", None)
    assert reported(faulty)["generator_updates"] == 1200


def test_totals_count_each_verdict(faulty: Script, healthy: Script) -> None:
    rows = [
        reported(faulty, finding("generator_sign", where="signs.py:41"), finding("momentum")),
        reported(faulty),
        reported(faulty._replace(kind="harmless"), finding("momentum", "warning")),
        reported(healthy),
        reported(healthy, finding("momentum"), finding("scaled_twice", "warning")),
    ]
    none = dict.fromkeys(VERDICTS["faulty"], 0)
    assert totals(rows) == {
        "faulty": none | {"named": 1, "missed": 1},
        "harmless": none | {"misnamed": 1},
        "healthy": {"no error": 1, "wrong error": 1},
        "scripts": 5,
        "with_wrong_error": 1,
        "errors_in_healthy": 1,
        "warnings_in_healthy": 1,
        "right_line": 1,
        "output_same": 5,
        "output_never_same": 0,
        "reports": 5,
    }


def test_a_part_is_a_set_or_the_healthy_scripts_of_all_sets(held_out: ScriptSet) -> None:
    other = held_out._replace(name="development")
    named = [(script.set, script.name) for script in chosen(["held-out"], [other, held_out])]
    assert named == [("held-out", "labels"), ("held-out", "signs"), ("held-out", "sound")]
    assert [(script.set, script.name) for script in chosen(["healthy"], [other, held_out])] == [("development", "sound"), ("held-out", "sound")]
    assert chosen(["held-out"], [held_out._replace(folder=held_out.folder / "missing")]) == []


def test_a_script_whose_fault_is_not_said_is_refused(held_out: ScriptSet) -> None:
    (held_out.folder / "faulty/another.py").touch()
    with pytest.raises(DataError, match=r"faults\.json: expected an entry 'another'"):
        scripts(held_out)


def test_a_part_replaces_its_own_rows_alone(held_out: ScriptSet, faulty: Script, healthy: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScriptSet, "results", property(lambda self: self.expected.with_name("results.json")))
    update([reported(faulty), reported(healthy, finding("momentum"))], {"machine": "one"}, [held_out])
    update([reported(healthy)], {"machine": "two"}, [held_out])
    written = json.loads(held_out.results.read_text())
    assert written["machine"] == "two"
    assert [(each["script"], each["verdict"]) for each in written["scripts"]] == [("signs", "missed"), ("sound", "no error")]
    assert written["totals"] == totals(written["scripts"])


def test_the_tables_of_the_page_keep_the_sets_apart(faulty: Script, healthy: Script) -> None:
    named = reported(faulty, finding("generator_sign", where="examples/faulty/signs.py:41"))
    unseen = reported(faulty._replace(name="labels", fault=FAULT._replace(not_visible="Nobody can know.")))
    sets = {
        "development": {"scripts": [reported(faulty._replace(set="development"), finding("momentum"))]},
        "held-out": {"scripts": [named, unseen, reported(healthy)]},
    }
    table = faults_table(sets, {"when held out": {"scripts": [reported(faulty)]}})
    assert "| development, when held out: with a fault | 1 | 0 | 0 | 0 | 1 | 0 | 0 |" in table
    assert "| development: with a fault | 1 | 0 | 0 | 1 | 0 | 0 | 1 |" in table
    assert "| held-out: with a fault | 2 | 1 | 0 | 0 | 1 | 1 | 0 |" in table
    assert healthy_table(sets).splitlines()[2:] == ["| held-out | 1 | 1 | 0 | 0 | 0 |"]
    rows = [each for one in sets.values() for each in one["scripts"]]
    assert not_found(rows) == r"- development, `signs`, misnamed: The sign of one \| loss is wrong."
    assert not_visible(rows) == r"- held-out, `labels`, missed: The sign of one \| loss is wrong. Nobody can know."


def test_the_page_of_scripts_has_a_line_for_each(faulty: Script, healthy: Script) -> None:
    named = reported(faulty, finding("generator_sign", where="examples/faulty/signs.py:41"))
    page = as_page({"held-out": {"scripts": [named, reported(healthy)]}})
    linked = "[signs](../examples/held_out/faulty/signs.py)"
    assert rf"| {linked} | The sign of one \| loss is wrong. | 40 | named | **generator_sign** (error, line 41) | yes | yes |" in page
    assert "| [sound](../examples/held_out/healthy/sound.py) | fit | 1200 | no error | none | yes |" in page
    assert "What was not checked" not in page
    assert "| fit | `sound` | 1000 | 20.0 | 0.8 | 0.2 | 4.0% | 1.0% |" in cost_table([COST])
    assert "| fit | `sound` | 1000 | unknown |" in cost_table([{"way": "fit", "script": "sound", "steps": 1000, "status": TIMED_OUT}])


def test_the_page_says_what_was_not_checked_and_what_did_not_end(faulty: Script, healthy: Script) -> None:
    unfinished = row(faulty, Pair(WELL, Run(TIMED_OUT, 240.0, "", "")))
    partly = row(healthy, Pair(WELL, WELL._replace(report={"findings": [], "not_checked": {"images": "no batch was seen"}})))
    page = as_page({"held-out": {"scripts": [unfinished, partly]}})
    assert "- `signs`: no report (); with the doctor timed out after 240.0 s" in page
    assert "- `sound`: images: no batch was seen" in page


def test_the_table_has_a_row_per_script(faulty: Script, healthy: Script, tmp_path: Path) -> None:
    rows = [reported(faulty, finding("generator_sign"), finding("momentum", "note")), reported(healthy)]
    write_csv({"held-out": {"scripts": rows}}, tmp_path / "scripts.csv")
    with (tmp_path / "scripts.csv").open() as file:
        one, other = csv.DictReader(file)
    assert (one["script"], one["line"], one["findings"]) == ("faulty/signs", "40", "error:generator_sign note:momentum")
    assert (other["script"], other["fault"], other["verdict"], other["generator_updates"]) == ("healthy/sound", "", "no error", "1200")


SCORED = """set,script,severity,names_the_fault
held-out,faulty/signs,warning,symptom
held-out,faulty/signs,error,yes
held-out,faulty/labels,error,no
held-out,healthy/sound,warning,no
"""


def test_another_tool_is_scored_by_a_table(held_out: ScriptSet, tmp_path: Path) -> None:
    (tmp_path / "tool.csv").write_text(SCORED)
    assert as_text(score(tmp_path / "tool.csv", [held_out])).splitlines() == [
        "held-out, faulty, scripts 2, named 1, symptoms only 0, misnamed 1, missed 0, wrong errors 1, wrong warnings 0",
        "held-out, healthy, scripts 1, no error 1, wrong error 0, wrong errors 0, wrong warnings 1",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("severity,", "level,", "expected the columns set, script, severity, names_the_fault, found no severity"),
        ("faulty/labels", "faulty/label", r"tool\.csv:4: expected as set and script .*, received 'held-out/faulty/label'"),
        ("sound,warning", "sound,fatal", r"tool\.csv:5: expected as severity error, warning, note, received 'fatal'"),
        ("error,yes", "error,maybe", r"tool\.csv:3: expected as names_the_fault yes, symptom, no, received 'maybe'"),
    ],
)
def test_a_table_with_a_mistake_is_refused_with_its_line(held_out: ScriptSet, tmp_path: Path, old: str, new: str, message: str) -> None:
    (tmp_path / "tool.csv").write_text(SCORED.replace(old, new))
    with pytest.raises(DataError, match=message):
        score(tmp_path / "tool.csv", [held_out])


def test_the_page_about_other_tools_has_a_table_that_is_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    commands, table, scoring = blocks("docs/how-to/measure-a-diagnosis-tool.md")
    (tmp_path / "findings.csv").write_text(table.content)
    main([*scoring.content.split()[3:-1], str(tmp_path / "findings.csv")])
    faulty, healthy = capsys.readouterr().out.splitlines()[:2]
    scripts_of = {kind: len(list((ROOT / "examples" / kind).glob("*.py"))) for kind in ("faulty", "healthy")}
    all_faulty, all_healthy = f"scripts {scripts_of['faulty']}", f"scripts {scripts_of['healthy']}"
    missed, no_error = f"missed {scripts_of['faulty'] - 2}", f"no error {scripts_of['healthy'] - 1}"
    assert faulty == f"development, faulty, {all_faulty}, named 1, symptoms only 1, misnamed 0, {missed}, wrong errors 0, wrong warnings 0"
    assert healthy == f"development, healthy, {all_healthy}, {no_error}, wrong error 1, wrong errors 1, wrong warnings 0"
    assert Path(commands.content.split()[-1]).is_file()


def test_a_part_that_does_not_exist_is_refused() -> None:
    with pytest.raises(DataError, match=r"^held_out: expected parts out of home, development, held-out, deepcrime, healthy"):
        main(["development", "held_out"])


@pytest.mark.slow
def test_a_base_of_the_mutants_can_be_shortened_and_seeded(tmp_path: Path) -> None:
    script = ROOT / "examples/deepcrime/healthy/ring_points.py"
    ended = [run([sys.executable, str(script)], {**os.environ, **ONE_THREAD, "STEPS": "20", "SEED": seed}, 200) for seed in ("1", "2")]
    assert [each.status for each in ended] == [0, 0]
    one, other = (quality(script, each) for each in ended)
    assert one != other


@pytest.mark.parametrize("these", SETS, ids=[these.name for these in SETS])
def test_the_committed_results_are_about_the_scripts_of_the_set(these: ScriptSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    if not these.results.is_file():
        pytest.skip("the set has not been run")
    results = json.loads(these.results.read_text())
    assert [(each["kind"], each["script"]) for each in results["scripts"]] == [(script.kind, script.name) for script in scripts(these)]
    assert results["totals"] == totals(results["scripts"])


@pytest.mark.parametrize("these", SETS, ids=[these.name for these in SETS])
def test_every_expectation_is_about_a_script_and_names_rules(these: ScriptSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names = {path.stem for path in (these.folder / "faulty").glob("*.py")}
    expected = json.loads(these.expected.read_text()) if names else {}
    assert set(expected) == names
    assert {script.name for script in scripts(these) if script.kind != "healthy"} == names
    known = {rule.id for rule in RULES}
    for each in expected.values():
        assert set(each) - {"not_visible"} == {"named_by", "symptoms", "reason"}
        assert {*each["named_by"], *each["symptoms"]} <= known
        assert not set(each["named_by"]) & set(each["symptoms"])
        assert not (each["named_by"] and each.get("not_visible"))
        assert each["reason"].endswith(".")


def test_all_scripts_are_found_and_those_whose_cost_is_measured_are_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = scripts(SETS[0])
    assert [script.kind for script in found] == ["faulty"] * 84 + ["healthy"] * 46
    assert set(MEASURED.values()) <= {script.name for script in found if script.kind == "healthy"}
    assert {script.name: style(script.path) for script in found if script.name in MEASURED.values()} == {
        "lsgan_256": "fit",
        "relativistic_digits": "compiled step",
        "dense_gan_combined": "train_on_batch",
    }


def test_scripts_of_a_set_read_the_digits_beside_them() -> None:
    assert (ROOT / "examples/held_out/digits.py").read_bytes() == (ROOT / "examples/digits.py").read_bytes()
