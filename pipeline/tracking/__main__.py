"""Record every run that is missing from MLflow: `python -m pipeline.tracking`."""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pipeline.runtime  # noqa: F401 (before keras)

# isort: split

from pipeline.files.cells import EVIDENCE, cell_name
from pipeline.files.errors import PipelineError, one_line_errors
from pipeline.settings.params import load_settings
from pipeline.tracking.diagnosis import mirror_diagnosis
from pipeline.tracking.mirror import classifier_run, evaluation_run, mirror_classifier, mirror_evaluation

NOT_UP_TO_DATE = "not up to date, so not recorded; run `dvc repro`"


def rebuild(gans: Path, evaluation: Path, diagnosis: Path, classifier: Path) -> bool:
    """Fill in what the store lacks, from the files of every stage that is up to date; name the others. False if the store failed."""
    settings, stale = load_settings(), _stale_stages()
    recorded = []
    if "classifier" in stale:
        print(f"classifier: {NOT_UP_TO_DATE}")
    else:
        with classifier_run(settings) as run:
            mirror_classifier(run, classifier / "report.json", classifier / "history.json")
        recorded.append(("classifier", run))
    for variant, seed in itertools.product(settings.run.variants, settings.run.seeds):
        name = cell_name(variant, seed)
        if {f"train@{name}", f"evaluate@{name}", f"diagnose@{name}"} & stale:
            print(f"{name}: {NOT_UP_TO_DATE}")
            continue
        with evaluation_run(settings, variant, seed, gans / name) as run:
            mirror_evaluation(run, evaluation / name)
        mirror_diagnosis(settings, variant, seed, gans / name / EVIDENCE, diagnosis / f"{name}.json")
        recorded.append((name, run))
    for name, run in recorded:
        print(f"{name}: {'not recorded' if run.failed else 'on record'}")
    return not any(run.failed for _, run in recorded)


def _stale_stages() -> set[str]:
    status = subprocess.run([sys.executable, "-m", "dvc", "status", "--json"], capture_output=True, text=True)
    if status.returncode:
        raise PipelineError(f"dvc status: expected the state of the pipeline, received {status.stderr.strip()!r}; run it in the project's folder")
    return set(json.loads(status.stdout))


if __name__ == "__main__":
    with one_line_errors():
        sys.exit(0 if rebuild(Path("artifacts/gan"), Path("artifacts/evaluation"), Path("artifacts/diagnosis"), Path("artifacts/classifier")) else 1)
