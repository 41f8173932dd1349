"""The section of a variant: its first seed in pictures, tables and scores."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

from pipeline.doctor.diagnosis.diagnose import causes_and_symptoms
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.diagnosis.summary import numbers_in_words
from pipeline.evaluation.files import BY_CLASS, CONFUSION, METRICS, NEAREST
from pipeline.files.artifacts import read_json
from pipeline.files.cells import FIGURE, cell_name
from pipeline.metrics.score_names import SCORES
from pipeline.report.outputs import Outputs
from pipeline.report.pictures import digits, figure, sheets
from pipeline.report.words import decimals, number
from pipeline.settings.params import Settings

CLASSES = [str(digit) for digit in range(10)]


def variant_section(variant: str, settings: Settings, outputs: Outputs) -> dict[str, Any]:
    """What the page shows of a variant's first seed; what a diverged cell never drew is left out."""
    cell = cell_name(variant, settings.run.seeds[0])
    metrics = read_json(outputs.evaluations / cell / METRICS)
    causes, symptoms = (list(map(_finding, found)) for found in _diagnosed(outputs.diagnoses / f"{cell}.json"))
    return {
        "name": variant,
        "cell": cell,
        "metrics": metrics,
        "search": f"tags.`pipeline.key` = '{metrics['key']}'",
        "conditional": settings.gan[variant].classes > 1,
        "causes": causes,
        "symptoms": symptoms,
        "sheets": sheets(outputs.gans / cell),
        "figure": figure(outputs.gans / cell / FIGURE),
        "scored": _scored(outputs.evaluations / cell, metrics) if metrics["status"] == "finished" else None,
    }


def _diagnosed(diagnosis: Path) -> tuple[list[Finding], list[Finding]]:
    return causes_and_symptoms([Finding(**finding) for finding in read_json(diagnosis)["findings"]])


def _finding(finding: Finding) -> dict[str, str]:
    return finding._asdict() | {"name": finding.id.replace("_", " "), "evidence": numbers_in_words(finding.evidence)}


def _scored(evaluation: Path, metrics: dict[str, Any]) -> dict[str, Any]:
    return {
        "by_class": digits(evaluation / BY_CLASS),
        "nearest": digits(evaluation / NEAREST),
        "confusion": confusion(evaluation / CONFUSION),
        "scores": score_rows(metrics),
    }


def score_rows(metrics: dict[str, Any]) -> list[dict[str, str]]:
    """A row per score that the cell has: its value, its spread over subsets of the samples, and its floor."""
    rows = []
    for name, score in SCORES.items():
        value = metrics.get(name)
        if value is not None:
            places = None if isinstance(value, int) else decimals(value)
            spread, floor = metrics.get(f"{name}_sd"), metrics.get(f"{name}_real")
            rows.append(
                {
                    "label": score.label,
                    "arrow": "↓" if score.low_is_good else "↑",
                    "good": "lower is better" if score.low_is_good else "higher is better",
                    "value": number(value),
                    "sd": number(spread, places),
                    "floor": number(floor),
                }
            )
    return rows


def confusion(path: Path) -> list[dict[str, Any]]:
    """A row per class asked for: how many of its samples were read as each class, and their share of the row."""
    with path.open(encoding="utf-8", newline="") as file:
        counts = Counter((line["asked"], line["read"]) for line in csv.DictReader(file))
    rows = []
    for asked in sorted({asked for asked, _ in counts}):
        found = [counts[asked, read] for read in CLASSES]
        rows.append({"asked": asked, "cells": [{"count": count, "share": round(count / sum(found), 3)} for count in found]})
    return rows
