"""Findings as they are printed on a terminal."""

import subprocess

import pytest

from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.diagnosis.summary import SYMPTOMS, evidence_text, findings_text
from tests.conftest import ROOT
from tests.terminal.pseudo_terminal import on_terminal, script

FINDING = Finding("double_activation", "error", {"outputs_reach": [0.0, 1.0], "gradient": 0.18242}, "It hurts.", "Fix it. " * 30, "Somebody 2014")


def test_a_finding_is_printed_with_its_numbers_and_its_fix() -> None:
    text = findings_text("asker, before training", [FINDING], colour=False)
    first, second, *rest = text.splitlines()
    assert first == "asker, before training:"
    assert second == "  error  double activation  (outputs reach 0, 1, gradient 0.1824)"
    assert rest[0].strip().startswith("It hurts. Fix it.")
    assert max(map(len, rest)) <= 110
    assert "\x1b" not in text


def test_colour_is_for_terminals_and_changes_no_word() -> None:
    coloured = findings_text("asker", [FINDING], colour=True)
    assert "\x1b[1;31merror\x1b[0m" in coloured
    assert coloured.replace("\x1b[1;31m", "").replace("\x1b[0m", "") == findings_text("asker", [FINDING], colour=False)


PRINTS = """
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.diagnosis.summary import print_findings
print_findings("asker", [Finding("low_beta", "note", {}, "Why.", "Lower \\u03b21.", "Somebody 2014")])
"""


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_a_terminal_gets_colour_unless_it_is_unwanted(environment: dict[str, str], coloured: bool) -> None:
    status, shown = on_terminal(script(PRINTS), environment)
    assert status == 0
    assert ("\x1b[1;36mnote\x1b[0m" in shown) == ("\x1b" in shown) == coloured


def test_a_locale_that_lacks_a_letter_ends_no_training_of_the_users() -> None:
    environment = {"PYTHONPATH": str(ROOT), "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run(script(PRINTS), cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Lower ?1." in ended.stdout
    assert "\x1b" not in ended.stdout


def test_a_line_for_each_finding_where_no_explanation_is_asked_for() -> None:
    text = findings_text("asker, before training", [FINDING, FINDING], colour=False, explain=False)
    assert text.splitlines() == ["asker, before training:", *["  error  double activation  (outputs reach 0, 1, gradient 0.1824)"] * 2]


def test_what_training_showed_is_a_line_below_the_errors_that_may_cause_it() -> None:
    symptom_finding = FINDING._replace(id="class_collapse", why="Few classes.")
    text = findings_text("asker", [FINDING, symptom_finding, FINDING._replace(id="one_sided_range", severity="note")], colour=False)
    *causes, heading, symptom = text.splitlines()
    assert [line.split("  (")[0] for line in causes if "(" in line] == ["  error  double activation", "  note  one sided range"]
    assert (heading.strip(), symptom) == (f"{SYMPTOMS}:", "  error  class collapse  (outputs reach 0, 1, gradient 0.1824)")
    assert "Few classes." not in text


def test_what_training_showed_is_explained_if_nothing_before_it_was_an_error() -> None:
    symptom_finding = FINDING._replace(id="class_collapse", why="Few classes.")
    text = findings_text("answer", [symptom_finding, FINDING._replace(severity="warning")], colour=False)
    assert "Few classes." in text
    assert SYMPTOMS not in text


def test_nothing_found_is_said() -> None:
    assert findings_text("modern", [], colour=False) == "modern: nothing found"


def test_numbers_are_short() -> None:
    assert evidence_text({"first_epoch": 3, "share": 1 / 3, "names": ["a", "b"]}) == "first epoch 3, share 0.3333, names a, b"
