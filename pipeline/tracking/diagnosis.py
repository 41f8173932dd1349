"""The doctor's findings in a cell's run; a module of its own, because it needs no TensorFlow."""

from pathlib import Path
from typing import Any

from pipeline.doctor.diagnosis.findings import HEALTHY, SEVERITIES
from pipeline.evaluation.files import evaluation_hash
from pipeline.files.artifacts import file_hash
from pipeline.files.cells import EVIDENCE, Cell, Evidence, training_hash
from pipeline.files.errors import DataError
from pipeline.files.json_file import read_json
from pipeline.provenance import training_key
from pipeline.report.findings import Diagnosis
from pipeline.settings.params import Settings
from pipeline.tracking.background import record
from pipeline.tracking.description import Folders, describe
from pipeline.tracking.run import DIAGNOSIS, Run, search
from pipeline.tracking.store import GANS, connect, one_at_a_time

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
    return record(settings, lambda: _record(settings, cell, gan, evaluation, diagnosis))


def _record(settings: Settings, cell: Cell, gan: Path, evaluation: Path, diagnosis: Path) -> None:
    client, experiment_id = connect(GANS)
    recorded = {"training": training_hash(gan), "evaluation": evaluation_hash(evaluation)}
    found = search(client, experiment_id, key=training_key(settings, cell), **recorded)
    epochs, findings = read_json(gan / EVIDENCE, Evidence)["epochs"], read_json(diagnosis, Diagnosis)["findings"]
    if not found:
        raise DataError(f"the store has no run of {cell.name} with these scores")
    run = Run.found(client, found[0])
    with one_at_a_time():
        run.by_epoch("diagnosis", ({name: row.get(name) for name in ("epoch", *BY_EPOCH)} for row in epochs))
        run.file(diagnosis)
        describe(run, settings, cell, Folders(gan, evaluation, diagnosis))
        run.tags(diagnosis_tags(findings) | {DIAGNOSIS: file_hash(diagnosis, "md5")})


def diagnosis_tags(findings: list[dict[str, Any]]) -> dict[str, str]:
    """The worst severity, and the ids of each severity; the word `none` replaces what an earlier diagnosis found."""
    ids = {severity: [finding["id"] for finding in findings if finding["severity"] == severity] for severity in SEVERITIES}
    worst = next((severity for severity in SEVERITIES if ids[severity]), HEALTHY)
    return {"diagnosis": worst} | {f"diagnosis.{severity}s": ", ".join(ids[severity]) or "none" for severity in SEVERITIES}
