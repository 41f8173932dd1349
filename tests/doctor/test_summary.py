"""What is told on a terminal."""

from pipeline.doctor.findings import Finding
from pipeline.doctor.summary import as_text, numbers_in_words

FOUND = Finding("double_activation", "error", {"outputs_reach": [0.0, 1.0], "push": 0.18242}, "It hurts.", "Mend it. " * 30, "Somebody 2014")


def test_a_finding_is_told_with_its_numbers_and_what_to_do():
    text = as_text("asker, before training", [FOUND], colour=False)
    first, second, *rest = text.splitlines()
    assert first == "asker, before training:"
    assert second == "  error  double activation  (outputs reach 0, 1, push 0.1824)"
    assert rest[0].strip().startswith("It hurts. Mend it.")
    assert max(map(len, rest)) <= 110
    assert "\x1b" not in text


def test_colour_is_for_terminals_and_changes_no_word():
    coloured = as_text("asker", [FOUND], colour=True)
    assert "\x1b[1;31merror\x1b[0m" in coloured
    assert coloured.replace("\x1b[1;31m", "").replace("\x1b[0m", "") == as_text("asker", [FOUND], colour=False)


def test_nothing_found_is_said():
    assert as_text("modern", [], colour=False) == "modern: nothing found"


def test_numbers_are_short():
    assert numbers_in_words({"first_epoch": 3, "share": 1 / 3, "names": ["a", "b"]}) == "first epoch 3, share 0.3333, names a, b"
