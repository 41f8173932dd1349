"""What a reader of the MLflow UI sees first of a cell's run: a function of its files, its settings and the run's tags."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mlflow import MlflowClient
from mlflow.utils.mlflow_tags import MLFLOW_RUN_NOTE

from pipeline.doctor.diagnosis.diagnose import causes_and_symptoms
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.evaluation.files import SCORES as SCORES_FILE
from pipeline.evaluation.files import CellScores
from pipeline.files.cells import HISTORY, Cell, History
from pipeline.files.json_file import read_json
from pipeline.metrics.score_names import SCORES, SHOWN_SCORES
from pipeline.report.findings import findings_in
from pipeline.report.numbers import counted, number
from pipeline.settings.params import Settings
from pipeline.tracking.run import Run
from pipeline.tracking.sections import commands_section, diagnosis_section, differences_section, meaning, scores_section

LOSSES = {"d_loss": "discriminator", "g_loss": "generator"}
LONGEST = 8000  # characters of a tag; MLflow cuts what is longer


class Folders(NamedTuple):
    """Where the parts of a cell are that a description covers; None for a part that does not exist yet."""

    gan: Path
    evaluation: Path | None = None
    diagnosis: Path | None = None


def describe(run: Run, settings: Settings, cell: Cell, files: Folders) -> None:
    """Write the description of a cell's run, in place of the one before."""

    def write(client: MlflowClient, run_id: str) -> None:
        client.set_tag(run_id, MLFLOW_RUN_NOTE, cell_description(settings, cell, files, client.get_run(run_id).data.tags))

    run.attempt(write)


def cell_description(settings: Settings, cell: Cell, files: Folders, tags: Mapping[str, str]) -> str:
    """The description of a cell's run: the UI shows its first three lines, and the rest on demand; `tags` are those of the run."""
    history = read_json(files.gan / HISTORY, History)
    scores = None if files.evaluation is None else read_json(files.evaluation / SCORES_FILE, CellScores)
    findings = None if files.diagnosis is None else findings_in(files.diagnosis)
    start = [
        f"**`{cell.variant}`**, seed {cell.seed}, on {settings.download.source}{meaning(cell.variant)}.",
        f"{_summary(history, scores, findings)} [This cell on the report page](/report/#cell-{cell.name}) (under `make ui`)",
        scores_section(scores),
    ]
    rest = [*differences_section(settings, cell.variant), *_training(history, tags), commands_section(cell, tags)]
    for whole in (True, False):
        parts = [*start, *diagnosis_section(findings, whole), *rest]
        if sum(len(part) + 2 for part in parts) <= LONGEST:
            break
    return "\n\n".join(parts)


def _summary(history: dict[str, Any], scores: dict[str, Any] | None, findings: list[Finding] | None) -> str:
    """A line that says how it came out: how its training ended if it did not finish, the first headline scores, the worst findings."""
    parts = [] if history["status"] == "finished" else [f"Its training did not finish, its status is {history['status']}."]
    known = [name for name in SHOWN_SCORES if scores and scores["scores"][name] is not None]
    if scores and known:
        pairs = ((SCORES[name].label, scores["scores"][name], scores["real_reference"].get(name)) for name in known[:3])
        parts.append(", ".join(f"{label} {number(value)} (real images {number(real)})" for label, value, real in pairs) + ".")
    if findings is not None:
        worst = [finding for finding in findings if finding.severity == findings[0].severity]  # errors stand first
        names = ", ".join(finding.id.replace("_", " ") for finding in causes_and_symptoms(worst)[0])
        parts.append(f"Diagnosis: {worst[0].severity}: {names}." if worst else "Diagnosis: nothing found.")
    return " ".join(parts)


def _training(history: dict[str, Any], tags: Mapping[str, str]) -> list[str]:
    """The losses of the first and the last epoch, and where it was trained."""
    rows = history["epochs"]
    losses = [f"{name} loss {number(rows[0].get(key))} → {number(rows[-1].get(key))}" for key, name in LOSSES.items()] if rows else []
    where = f"On {tags['device']}." if "device" in tags else "This run was made from the files: durations, device and system metrics are not known."
    return [f"### Training\n\n{counted(len(rows), 'epoch')}{': ' if losses else ''}{', '.join(losses)}. {where}"]
