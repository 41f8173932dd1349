"""The doctor's findings in a cell's run; apart from the other parts of it, for they need no TensorFlow."""

from pathlib import Path
from typing import Any

from pipeline.doctor.diagnosis.findings import HEALTHY, SEVERITIES
from pipeline.files.artifacts import read_json
from pipeline.provenance import cell_key
from pipeline.settings.params import Settings
from pipeline.tracking.run import KEY, Run
from pipeline.tracking.store import connect

GANS = "gan"  # MLflow's experiment
HEALTH = "health"
WATCHED = ("separation", "memory", "diversity", "crowding", "mean_image_distance", "generator_gradient", "discriminator_gradient")


def mirror_diagnosis(settings: Settings, variant: str, seed: int, evidence: Path, diagnosis: Path) -> None:
    """Record findings in the cell's run, anew with every diagnosis, and the evidence by epoch, once. Without a run nothing is recorded."""
    run = Run()
    try:
        client, experiment_id = connect(GANS)
        found = client.search_runs([experiment_id], f"tags.`{KEY}` = '{cell_key(settings, variant, seed)}'")
    except Exception as error:
        run.fail(error)
        return
    for each in found[:1]:
        run = Run(client, each.info.run_id)
        if HEALTH not in each.data.tags:
            for row in read_json(evidence)["epochs"]:
                run.metrics({f"{HEALTH}/{name}": row.get(name) for name in WATCHED}, row["epoch"])
        run.file(diagnosis)
        run.tags(health_tags(read_json(diagnosis)["findings"]))


def health_tags(findings: list[dict[str, Any]]) -> dict[str, str]:
    """The worst severity, and the ids of each severity; the word `none` replaces what an earlier diagnosis found."""
    ids = {severity: [finding["id"] for finding in findings if finding["severity"] == severity] for severity in SEVERITIES}
    worst = next((severity for severity in SEVERITIES if ids[severity]), HEALTHY)
    return {HEALTH: worst} | {f"{HEALTH}.{severity}s": ", ".join(ids[severity]) or "none" for severity in SEVERITIES}
