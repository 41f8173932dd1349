"""What to write instead of a line: only where one literal is certainly wrong, and the user's file stays as it is."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.doctor import line_diff as module
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.line_diff import line_diff

REACH = {"outputs_reach": [0.0, 1.0]}
RATES = {"generator_learning_rate": 0.05, "discriminator_learning_rate": 0.0002}


def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finding: str, source: str, line: int, evidence: dict[str, Any]) -> str:
    monkeypatch.setattr(module, "START", tmp_path)
    (tmp_path / "gan.py").write_bytes(source.encode())
    found = line_diff(Finding(finding, "error", evidence, "", "", "", f"gan.py:{line}"))
    assert (tmp_path / "gan.py").read_bytes() == source.encode()
    assert [path.name for path in tmp_path.iterdir()] == ["gan.py"]
    return found


@pytest.mark.parametrize(
    ("finding", "source", "line", "evidence", "old", "new"),
    [
        ("learning_rate", "g = Adam(0.05)", 1, RATES, "g = Adam(0.05)", "g = Adam(0.0002)"),
        ("learning_rate", "g = keras.optimizers.Adam(learning_rate=5e-2)  # β", 1, RATES, "Adam(learning_rate=5e-2)", "Adam(learning_rate=0.0002)"),
        ("momentum", "g = Adam(1e-4, beta_1=0.999)", 1, {}, "beta_1=0.999", "beta_1=0.5"),
        ("momentum", "g = Adam(1e-4, beta_2=0.3)", 1, {}, "beta_2=0.3", "beta_2=0.999"),
        (
            "logits_as_probabilities",
            "bce = BinaryCrossentropy()\nloss = bce(t, y)",
            2,
            {},
            "BinaryCrossentropy()",
            "BinaryCrossentropy(from_logits=True)",
        ),
        ("logits_as_probabilities", "loss = binary_crossentropy(t, y)", 1, {}, "(t, y)", "(t, y, from_logits=True)"),
        ("logits_as_probabilities", "loss = BinaryCrossentropy(from_logits=False)(t, y)", 1, {}, "logits=False", "logits=True"),
        ("logits_as_probabilities", "loss = BinaryCrossentropy(False)(t, y)", 1, {}, "(False)", "(True)"),
        ("momentum", "a = 1\n\x0c\ng = Adam(1e-4, beta_1=0.999)", 3, {}, "beta_1=0.999", "beta_1=0.5"),
        ("momentum", "a = 1  # \u2028\r\ng = Adam(1e-4, beta_1=0.999)", 2, {}, "beta_1=0.999", "beta_1=0.5"),
        ("double_activation", "d = Dense(1, activation='sigmoid')\nloss = bce(t, y)", 2, REACH, "activation='sigmoid'", "activation=None"),
    ],
)
def test_a_literal_that_is_certainly_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finding: str, source: str, line: int, evidence: dict[str, Any], old: str, new: str
) -> None:
    place, before, after = changed(tmp_path, monkeypatch, finding, source, line, evidence).splitlines()
    assert place.startswith("gan.py:")
    written = source.replace("\r\n", "\n").split("\n")[int(place.rpartition(":")[2]) - 1]
    assert before == f"- {written}"
    assert after == f"+ {written.replace(old, new)}" != before.replace("- ", "+ ", 1)


@pytest.mark.parametrize(
    ("finding", "source", "line"),
    [
        ("learning_rate", "g = Adam(rate)", 1),  # a name, not a literal
        ("learning_rate", "d = Adam(0.0002)", 1),  # the other network's, which is right
        ("learning_rate", "g = Adam(0.02)", 1),  # not the rate that was measured
        ("momentum", "g = Adam(1e-4)", 1),
        ("logits_as_probabilities", "bce = make()\nloss = bce(t, y)", 2),
        ("logits_as_probabilities", "a = BinaryCrossentropy()\na = BinaryCrossentropy()\nloss = a(t, y)", 3),  # which of them?
        ("logits_as_probabilities", "loss = BinaryCrossentropy(**options)(t, y)", 1),
        ("double_activation", "g = Dense(9, activation='sigmoid')\nd = Dense(1, activation='sigmoid')\nloss = bce(t, y)", 3),
        ("double_activation", "g = Dense(784, activation='sigmoid')\nloss = bce(t, y)", 2),  # the generator's
        ("logits_as_probabilities", "a = binary_crossentropy(o, r) + binary_crossentropy(z, f)", 1),  # half of it would be wrong
        ("logits_as_probabilities", "loss = BinaryCrossentropy((0.1))(t, y)", 1),
        ("learning_rate", "x = Dropout(0.05)", 1),
        ("range_mismatch", "g = Adam(0.05)", 1),
        ("learning_rate", "g = Adam(0.05", 1),  # no Python
        ("learning_rate", "g = Adam(0.05)", 7),
    ],
)
def test_no_change_where_it_is_not_certain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, finding: str, source: str, line: int) -> None:
    assert changed(tmp_path, monkeypatch, finding, source, line, RATES | REACH) == ""


def test_a_line_of_a_notebook_or_of_no_file_has_no_change() -> None:
    for where in ("In[3]:2", "gone.py:1", "", "gan.py"):
        assert line_diff(Finding("momentum", "error", {}, "", "", "", where)) == ""
