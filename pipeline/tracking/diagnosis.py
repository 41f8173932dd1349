"""The doctor's findings in a cell's run; a module of its own, because it needs no TensorFlow."""

import sys
from pathlib import Path
from typing import Any

from pipeline.doctor.diagnosis.findings import HEALTHY, SEVERITIES
from pipeline.evaluation.files import evaluation_hash
from pipeline.files.artifacts import file_hash, read_json
from pipeline.files.cells import EVIDENCE, Cell, training_hash
from pipeline.provenance import training_key
from pipeline.settings.params import Settings
from pipeline.tracking.description import Folders, describe
from pipeline.tracking.run import DIAGNOSIS, Run, search
from pipeline.tracking.store import GANS, connect

BY_EPOCH = (
    "real_fake_auc",
    "train_heldout_auc",
    "diversity",
    "nearest_neighbour_ratio",
    "mean_image_distance",
    "generator_gradient",
    "discriminator_gradient",
)


def record_diagnosis(settings: Settings, cell: Cell, gan: Path, evaluation: Path, diagnosis: Path) -> bool:
    """Record findings in the cell's run, again with every diagnosis, and its evidence by epoch. False if there was no run, or the store failed."""
    run = Run()
    try:
        client, experiment_id = connect(GANS)
        recorded = {"training": training_hash(gan), "evaluation": evaluation_hash(evaluation)}
        found = search(client, experiment_id, key=training_key(settings, cell), **recorded)
        epochs, findings = read_json(gan / EVIDENCE)["epochs"], read_json(diagnosis)["findings"]
    except Exception as error:
        run.fail(error)
        return False
    if not found:
        print(f"warning: MLflow's store has no run of {cell.name} with these scores; `python -m pipeline.tracking` records it", file=sys.stderr)
        return False
    run = Run.found(client, found[0])
    for row in epochs:
        run.metrics("diagnosis", {name: row.get(name) for name in BY_EPOCH}, row["epoch"])
    run.file(diagnosis)
    describe(run, settings, cell, Folders(gan, evaluation, diagnosis))
    run.tags(diagnosis_tags(findings) | {DIAGNOSIS: file_hash(diagnosis, "md5")})
    return not run.failed


def diagnosis_tags(findings: list[dict[str, Any]]) -> dict[str, str]:
    """The worst severity, and the ids of each severity; the word `none` replaces what an earlier diagnosis found."""
    ids = {severity: [finding["id"] for finding in findings if finding["severity"] == severity] for severity in SEVERITIES}
    worst = next((severity for severity in SEVERITIES if ids[severity]), HEALTHY)
    return {"diagnosis": worst} | {f"diagnosis.{severity}s": ", ".join(ids[severity]) or "none" for severity in SEVERITIES}
