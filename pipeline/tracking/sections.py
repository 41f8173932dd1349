"""The parts of descriptions, in Markdown: pure functions of scores, findings, settings and tags."""

import re
from collections.abc import Mapping
from typing import Any

from mlflow.utils.mlflow_tags import MLFLOW_GIT_COMMIT

from pipeline.doctor.diagnosis.diagnose import causes_and_symptoms
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.diagnosis.summary import SYMPTOMS, evidence_text
from pipeline.files.cells import Cell
from pipeline.metrics.score_names import SCORES, SHOWN_SCORES
from pipeline.report.numbers import number
from pipeline.settings.params import PARAMS, Settings
from pipeline.tracking.changes import spelled
from pipeline.tracking.origin import CHANGED, DIRTY, SET

DEFAULTS = "defaults"  # the section that variants build on


def scores_section(scores: dict[str, Any] | None) -> str:
    """The headline scores beside those of real images."""
    if scores is None:
        return "### Scores\n\nNot evaluated yet."
    rows = [
        [score_label(name), number(scores["scores"][name]), number(scores["real_reference"].get(name))]
        for name in SHOWN_SCORES
        if scores["scores"][name] is not None
    ]
    return "### Scores\n\n" + (table(["score", "samples", "real images"], rows) if rows else "None: a training that did not finish has no samples.")


def table(heading: list[str], rows: list[list[str]]) -> str:
    """A Markdown table. The UI sets no space between columns, so each but the first begins with one.

    >>> print(table(["score", "here"], [["recall", "0.9"]]))
    | score | &emsp;here |
    |---|---|
    | recall | &emsp;0.9 |
    """
    lines = [f"| {' | &emsp;'.join(row)} |" for row in (heading, *rows)]
    return "\n".join([lines[0], "|---" * len(heading) + "|", *lines[1:]])


def score_label(name: str) -> str:
    """A score's name with an arrow that shows which way is good."""
    return f"{SCORES[name].label} {'↓' if SCORES[name].low_is_good else '↑'}"


def diagnosis_section(findings: list[Finding] | None, whole: bool) -> list[str]:
    """What the doctor found: the causes with reason and fix if `whole`, and in a line each what may come of them."""
    if findings is None:
        return []
    if not findings:
        return ["### Diagnosis\n\nNothing found."]
    causes, symptoms = causes_and_symptoms(findings)
    lines = [_headline(finding) + (f" {finding.why} *Fix:* {finding.fix}" if whole else "") for finding in causes]
    if symptoms:
        lines += [f"- {SYMPTOMS}:", *(f"  {_headline(finding)}" for finding in symptoms)]
    if not whole:
        lines.append("- Reasons and fixes are on the report page.")
    return ["### Diagnosis\n\n" + "\n".join(lines)]


def _headline(finding: Finding) -> str:
    return f"- **{finding.severity}: {finding.id.replace('_', ' ')}** ({evidence_text(finding.evidence)})."


def differences_section(settings: Settings, variant: str) -> list[str]:
    """The settings of a variant that are not those of `gan.defaults`."""
    if DEFAULTS not in settings.gan:
        return []
    own, usual = settings.gan[variant].model_dump(), settings.gan[DEFAULTS].model_dump()
    rows = [[f"`{name}`", spelled(value), spelled(usual[name])] for name, value in own.items() if value != usual[name]]
    return [f"### What differs from `gan.{DEFAULTS}`\n\n" + (table(["setting", "here", "default"], rows) if rows else "Nothing.")]


def commands_section(cell: Cell, tags: Mapping[str, str]) -> str:
    """The commands that make the run again, and what they cannot bring back."""
    stages = " ".join(f"{stage}@{cell.name}" for stage in ("train", "evaluate", "diagnose"))
    commit, changed, parameters = tags.get(MLFLOW_GIT_COMMIT), tags.get(CHANGED, "").split(), tags.get(SET, "none")
    lines = [f"git checkout {commit}"] if commit and DIRTY in tags else []
    lines.append(f"dvc repro {stages}" if parameters == "none" else f"dvc exp run {parameters} {stages}")
    missing = [name for name in changed if name != str(PARAMS) or SET not in tags]
    text = "### Make it again\n\n```\n" + "\n".join(lines) + "\n```"
    if missing:
        text += f"\n\n**These commands alone do not make it again:** when it was made, files differed from that commit: {_list(missing)}."
    return text


def _list(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"


def meaning(variant: str) -> str:
    """What params.yaml says about a variant in the line that begins its section."""
    found = re.search(rf"^  {variant}:[^#\n]*#\s*(.+)$", PARAMS.read_text(encoding="utf-8"), re.MULTILINE)
    return f": {found[1]}" if found else ""
