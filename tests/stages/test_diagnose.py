"""The diagnose stage: findings from recorded evidence and scores, with the settings of the cell's own variant."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.diagnosis.summary import findings_text
from pipeline.files.artifacts import write_json
from pipeline.files.cells import Cell
from pipeline.files.json_file import read_json
from pipeline.settings.params import Settings
from pipeline.stages.diagnose import Paths, diagnose
from tests import written

HEALTHY_SCORES = {"effective_classes": 9.9, "precision": 0.93, "recall": 0.9, "class_consistency": None, "memorised_share": 0.01}
REAL_REFERENCE = {"effective_classes": 9.98, "precision": 0.94, "recall": 0.95, "memorised_share": 0.01}


def findings(folder: Path, settings: Settings, scores: dict[str, float | None]) -> list[dict[str, Any]]:
    write_json(folder / "evidence.json", {"before": {}, "epochs": []})
    write_json(folder / "scores.json", written.scores(scores=HEALTHY_SCORES | scores, real_reference=REAL_REFERENCE))
    write_json(folder / "curves.json", written.curves())
    diagnose(Paths(folder, folder, folder / "answer-0.json"), settings, Cell("answer", 0))
    return read_json(folder / "answer-0.json")["findings"]


def test_a_collapse_is_named_with_its_numbers_and_the_setting_that_fixes_it(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    (finding,) = findings(tmp_path, settings, {"effective_classes": 4.34})
    assert set(finding) == {"id", "severity", "evidence", "why", "fix", "reference"}
    assert (finding["id"], finding["severity"]) == ("class_collapse", "error")
    assert list(finding["evidence"].values()) == [4.34, 9.98]
    assert "gan.answer.r1_gamma: 0.3 (0.1 to 1.0), r2_gamma: 0.3 (0.1 to 1.0)" in finding["fix"]
    assert capsys.readouterr().out.startswith(findings_text("answer-0", [Finding(**finding)], colour=False) + "\nwrote ")


def test_healthy_scores_have_no_finding(tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(tmp_path, settings, {}) == []
    assert capsys.readouterr().out.startswith(findings_text("answer-0", [], colour=False) + "\nwrote ")


def test_a_cell_without_scores_is_diagnosed_from_its_evidence(tmp_path: Path, settings: Settings) -> None:
    names = ("effective_classes", "precision", "recall", "memorised_share")
    assert findings(tmp_path, settings, dict.fromkeys(names)) == []
