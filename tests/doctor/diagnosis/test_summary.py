"""Findings as they are printed on a terminal."""

from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.diagnosis.summary import SYMPTOMS, evidence_text, findings_text

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
