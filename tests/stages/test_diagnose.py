"""The diagnose stage: findings of what was recorded and scored, with the setting of the cell's own variant."""

from pathlib import Path

import pytest

from pipeline.files.artifacts import read_json, write_json
from pipeline.settings.params import Settings
from pipeline.stages.diagnose import diagnose

HEALTHY_SCORES = {"effective_classes": 9.9, "precision": 0.93, "recall": 0.9, "class_consistency": None, "memorised_share": 0.01}
REAL_SCORES = {"effective_classes_real": 9.98, "precision_real": 0.94, "recall_real": 0.95, "memorised_share_real": 0.01}


def findings(folder: Path, settings: Settings, scores: dict) -> list[dict]:
    write_json(folder / "evidence.json", {"before": {}, "epochs": []})
    write_json(folder / "metrics.json", HEALTHY_SCORES | REAL_SCORES | scores)
    write_json(folder / "curves.json", {"epochs": []})
    diagnose(folder / "evidence.json", folder, folder / "answer-0.json", settings, "answer", 0)
    return read_json(folder / "answer-0.json")["findings"]


def test_a_collapse_is_named_with_its_numbers_and_the_key_that_mends_it(tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]):
    (found,) = findings(tmp_path, settings, {"effective_classes": 4.34})
    assert set(found) == {"id", "severity", "evidence", "why", "mend", "reference"}
    assert (found["id"], found["severity"]) == ("class_collapse", "error")
    assert found["evidence"] == {"effective_classes": 4.34, "real_digits": 9.98}
    assert "gan.answer.r1_gamma: 0.3, r2_gamma: 0.3" in found["mend"]
    told = capsys.readouterr().out
    assert "answer-0:\n  error  class collapse  (effective classes 4.34, real digits 9.98)" in told
    assert "\x1b" not in told


def test_healthy_scores_have_no_finding(tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]):
    assert findings(tmp_path, settings, {}) == []
    assert capsys.readouterr().out == "answer-0: nothing found\n"


def test_a_cell_that_diverged_is_judged_by_what_it_recorded(tmp_path: Path, settings: Settings):
    names = ("effective_classes", "precision", "recall", "memorised_share")
    assert findings(tmp_path, settings, dict.fromkeys(names)) == []
