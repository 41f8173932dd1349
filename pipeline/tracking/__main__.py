"""Record every run that is missing from MLflow: `python -m pipeline.tracking`."""

import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pipeline.runtime  # noqa: F401 (before keras)

# isort: split

from pipeline.files.cells import Cell
from pipeline.files.errors import PipelineError, one_line_errors
from pipeline.settings.params import Settings, load_settings
from pipeline.tracking.background import answers
from pipeline.tracking.classifier import record_classifier
from pipeline.tracking.comparison import record_comparison
from pipeline.tracking.diagnosis import record_diagnosis
from pipeline.tracking.repair import record_repair
from pipeline.tracking.scores import record_evaluation

# A cell's settings say what these were made with, and its own stages are up to date until `dvc repro` has made them anew.
BEFORE = ("download", "preprocess", "classifier", "reference")
PATIENT_SECONDS = 3600.0  # in place of tracking.budget_seconds: nothing waits for this command, and a slow store needs minutes for a long training


def rebuild(artifacts: Path) -> bool:
    """Fill in what the store lacks, from the files of every stage that is up to date; name the others. False if the store failed."""
    settings, stale = load_settings(), _stale_stages()
    settings = settings.model_copy(update={"tracking": settings.tracking.model_copy(update={"budget_seconds": PATIENT_SECONDS})})
    classifier, report = artifacts / "classifier", artifacts / "report/index.html"
    of_classifier = partial(record_classifier, settings, classifier / "report.json", classifier / "history.json")
    work: dict[str, tuple[list[str], Callable[[], bool]]] = {"classifier": (["download", "preprocess", "classifier"], of_classifier)}
    for cell in itertools.starmap(Cell, itertools.product(settings.run.variants, settings.run.seeds)):
        stages = [*BEFORE, *(f"{stage}@{cell.name}" for stage in ("train", "evaluate", "diagnose"))]
        gan, evaluation = artifacts / "gan" / cell.name, artifacts / "evaluation" / cell.name
        diagnosis = artifacts / "diagnosis" / f"{cell.name}.json"
        work[cell.name] = (stages, partial(_record_cell, settings, cell, gan, evaluation, diagnosis))
    work["comparison"] = ([*BEFORE, "compare"], lambda: record_comparison(settings, artifacts / "leaderboard.json", report))
    for path in sorted(artifacts.glob("repair/*/repair.json")):
        work[f"repair of {path.parent.name}"] = ([], partial(record_repair, settings, path, path.with_name("index.html")))
    outcomes = []
    for name, (stages, record) in work.items():
        if stale & set(stages):
            print(f"{name}: not up to date, so not recorded; run `dvc repro`")
            continue
        outcomes.append(record())
        print(f"{name}: {'on record' if outcomes[-1] else 'not recorded'}")
        if not outcomes[-1] and not answers():
            print("the store does not answer, so nothing more was tried")
            break
    return all(outcomes)


def _record_cell(settings: Settings, cell: Cell, gan: Path, evaluation: Path, diagnosis: Path) -> bool:
    return record_evaluation(settings, cell, gan, evaluation) and record_diagnosis(settings, cell, gan, evaluation, diagnosis)


def _stale_stages() -> set[str]:
    command = [sys.executable, "-m", "dvc", "status", "--json"]
    status = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    if status.returncode:
        raise PipelineError(f"dvc status: expected the state of the pipeline, received {status.stderr.strip()!r}; run it in the project's folder")
    return set(json.loads(status.stdout))


if __name__ == "__main__":
    with one_line_errors():
        sys.exit(0 if rebuild(Path("artifacts")) else 1)
