"""The page's section about a variant: its cells, and its first seed in findings, pictures, tables and scores."""

from collections import Counter
from pathlib import Path
from typing import Any

from pipeline.data.datasets import find_data_set
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.diagnosis.summary import evidence_text
from pipeline.evaluation.files import BY_CLASS, CONFUSION, NEAREST, CellScores
from pipeline.evaluation.files import SCORES as SCORES_FILE
from pipeline.files.cells import FIGURE, Cell
from pipeline.files.errors import DataError
from pipeline.files.json_file import read_json
from pipeline.files.reading import MAKE_AGAIN, read_bounded
from pipeline.files.shown import shown
from pipeline.metrics.score_names import SCORES
from pipeline.report.cells import cell_rows
from pipeline.report.findings import finding_name, read_findings
from pipeline.report.numbers import decimals, number
from pipeline.report.outputs import Outputs
from pipeline.report.pictures import digits, figure, sheets
from pipeline.settings.params import Settings

MOST_BYTES = 64 * 2**20  # of a file of classes; ten thousand samples have 40 kB


def variant_section(variant: str, columns: list[str], settings: Settings, outputs: Outputs) -> dict[str, Any]:
    """What the page shows of a variant: a row per seed with the scores that `columns` names, and much of the first seed.

    A cell that did not finish has no samples, so nothing that is made of them.
    """
    cell = Cell(variant, settings.run.seeds[0]).name
    evaluated = read_json(outputs.evaluations / cell / SCORES_FILE, CellScores)
    findings = read_findings(outputs, cell)
    classes = find_data_set(evaluated["data_set"]).classes
    return {
        "name": variant,
        "cell": cell,
        "cells": cell_rows(variant, settings.run.seeds, columns, outputs),
        "evaluated": evaluated,
        "classes": classes,
        "conditional": settings.gan[variant].classes > 1,
        "causes": [_finding(finding) for finding in findings.causes],
        "symptoms": [_finding(finding) for finding in findings.symptoms],
        "sheets": sheets(outputs.gans / cell),
        "figure": figure(outputs.gans / cell / FIGURE),
        "scored": _scored(outputs.evaluations / cell, evaluated, classes) if evaluated["status"] == "finished" else None,
    }


def picture_bytes(section: dict[str, Any]) -> int:
    """How much of the page the pictures of a section take."""
    pictures = [sheet.picture for sheet in section["sheets"]] + [section["figure"]]
    if section["scored"]:
        pictures += [section["scored"]["by_class"], section["scored"]["nearest"]]
    return sum(len(picture.source) for picture in pictures)


def _finding(finding: Finding) -> dict[str, str]:
    return finding._asdict() | {"name": finding_name(finding), "evidence": evidence_text(finding.evidence)}


def _scored(evaluation: Path, evaluated: dict[str, Any], classes: tuple[str, ...]) -> dict[str, Any]:
    return {
        "by_class": digits(evaluation / BY_CLASS),
        "nearest": digits(evaluation / NEAREST),
        "confusion": _confusion(evaluation / CONFUSION, classes),
        "scores": _score_rows(evaluated),
    }


def _score_rows(evaluated: dict[str, Any]) -> list[dict[str, str]]:
    """A row per score that the cell has: its value, its spread over subsets of the samples, and the real reference."""
    rows = []
    for name, score in SCORES.items():
        value = evaluated["scores"][name]
        if value is not None:
            places = 2 if isinstance(value, int) else decimals(value)
            spread, real = evaluated["spread"][name], evaluated["real_reference"][name]
            rows.append(
                {
                    "label": score.label,
                    "arrow": "↓" if score.low_is_good else "↑",
                    "good": "lower is better" if score.low_is_good else "higher is better",
                    "value": number(value),
                    "sd": number(None if spread is None else float(spread), places),
                    "real": number(real),
                }
            )
    return rows


def _confusion(path: Path, classes: tuple[str, ...]) -> list[dict[str, Any]]:
    """A row per requested class: how many of its samples were predicted as each class, and their share of the row."""
    names = {str(label): name for label, name in enumerate(classes)}
    head, *lines = read_bounded(path, "classes of samples", MOST_BYTES).decode("utf-8", "replace").splitlines() or [""]
    known = {f"{requested},{predicted}" for requested in (*names, "any") for predicted in names}
    for line, wanted in ((head, {"requested,predicted"}), *((line, known) for line in set(lines))):
        if line not in wanted:
            raise DataError(f"{path}: expected a requested and a predicted class in each line, received {shown(line)}; {MAKE_AGAIN}")
    counts = Counter(tuple(line.split(",")) for line in lines)
    rows = []
    for requested in sorted({requested for requested, _ in counts}):
        row = [counts[requested, predicted] for predicted in names]
        rows.append({"requested": names.get(requested, requested), "cells": [{"count": count, "share": round(count / sum(row), 3)} for count in row]})
    return rows
