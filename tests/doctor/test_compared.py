"""`gan-doctor compare`: which findings went and came, from two files that `run --report` writes."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.report import Report, report_json
from pipeline.doctor.run import main


def written(path: Path, findings: list[str], losses: dict[str, Any], not_checked: dict[str, str] | None = None) -> str:
    report = Report([Finding(name, "error", {}, "Why.", "Fix.", "") for name in findings], [], not_checked or {}, [], [{"pair": "", **losses}])
    path.write_text(report_json(report), encoding="utf-8")
    return str(path)


def test_what_went_came_and_stayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = written(tmp_path / "a.json", ["momentum", "class_collapse"], {"discriminator": 0.01, "generator": 7.0})
    after = written(tmp_path / "b.json", ["class_collapse", "oscillation"], {"discriminator": 1.25, "generator": float("nan")})
    assert main(["compare", before, after]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "went:  error momentum",
        "came:  error oscillation",
        "stays: error class collapse",
        "losses:",
        "  discriminator 0.01 -> 1.25",
        "  generator 7 -> not seen",
    ]


def test_what_was_not_checked_any_more_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = written(tmp_path / "a.json", ["momentum"], {}), written(tmp_path / "b.json", [], {}, {"momentum": "KeyError: beta_1"})
    assert main(["compare", before, after]) == 0
    assert capsys.readouterr().out == "went:  error momentum (not checked in the other report: KeyError: beta_1)\n"
    withdrawn = written(tmp_path / "c.json", [], {}, {"generator against critic: momentum (withdrawn)": "a later look", "the data": "not seen"})
    assert main(["compare", before, withdrawn]) == 0
    assert capsys.readouterr().out == "went:  error momentum (not checked in the other report: a later look)\n"
    partly = written(tmp_path / "d.json", [], {}, {"the data": "not seen"})
    assert main(["compare", before, partly]) == 0
    assert capsys.readouterr().out == "went:  error momentum (not everything was checked in the other report)\n"


def test_a_finding_that_became_a_note_and_a_pair_that_is_gone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def report(severity: str, pair: str) -> Report:
        return Report([Finding("momentum", severity, {}, "", "", "")], [], {}, [], [{"pair": pair, "generator": 1.0}])  # type: ignore[arg-type]

    for name, (severity, pair) in {"a.json": ("error", "one: "), "b.json": ("note", "other: ")}.items():
        (tmp_path / name).write_text(report_json(report(severity, pair)), encoding="utf-8")
    assert main(["compare", str(tmp_path / "a.json"), str(tmp_path / "b.json")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "stays: note momentum (was error)",
        "losses:",
        "  other: generator not seen -> 1",
        "  one: generator 1 -> not seen",
    ]


def test_two_healthy_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [written(tmp_path / name, [], {}) for name in ("a.json", "b.json")]
    assert main(["compare", *paths]) == 0
    assert capsys.readouterr().out == "no finding before, none after\n"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", json.dumps({"findings": []}), json.dumps({"findings": ["momentum"], "not_checked": {}, "losses": []})]
)
def test_a_file_that_is_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    good, bad = written(tmp_path / "a.json", [], {}), tmp_path / "b.json"
    bad.write_text(content)
    assert main(["compare", good, str(bad)]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"gan-doctor: {bad}: expected a report of `gan-doctor run --report`, ")
    assert message.count("\n") == 1
    assert main(["compare", good, str(tmp_path / "c.json")]) == 2
