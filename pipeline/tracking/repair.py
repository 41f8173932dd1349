"""A repair in MLflow: a run of the whole, with its page, and below it a run of each fix that was tried."""

import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID, MLFLOW_RUN_NOTE

from pipeline.files.cells import outputs_hash
from pipeline.files.json_file import read_json
from pipeline.report.repair import RepairPath
from pipeline.settings.params import Settings
from pipeline.tracking.background import record
from pipeline.tracking.publish import publish
from pipeline.tracking.run import EVALUATION, KIND, VARIANT, Run, search, subject
from pipeline.tracking.sections import table
from pipeline.tracking.store import REPAIRS, connect

USES = {"train": "training", "validation": "evaluation"}


def record_repair(settings: Settings, path: Path, page: Path) -> bool:
    """Record a repair once per content. False if the store failed.

    Args:
        settings: of the project.
        path: the file with the repair's steps.
        page: its page.
    """
    return record(settings, lambda: _record(settings, path, page))


def _record(settings: Settings, path: Path, page: Path) -> None:
    client, experiment_id = connect(REPAIRS)
    repair, content = read_json(path, RepairPath), outputs_hash([path, page])
    if search(client, experiment_id, key=content, evaluation=content):
        return
    about = subject(settings, content, repair["section"], USES)
    tags = about.tags | {"repair": repair["variant"], KIND: "repair", VARIANT: repair["variant"], MLFLOW_RUN_NOTE: _note(repair)}
    run = Run.create(client, experiment_id, f"repair of {repair['variant']}", about._replace(tags=tags))
    run.groups({"scores": repair["whole"]["scores"], "real_reference": repair["whole"]["real_reference"]}, 0)
    for number, step in enumerate(repair["steps"], 1):
        _record_step(client, experiment_id, settings, repair, (f"{content}-{number}", number, step), run)
    run.file(path)
    run.file(page)
    run.finish()
    publish(run, content, EVALUATION, content)


def _record_step(
    client: MlflowClient, experiment_id: str, settings: Settings, repair: Mapping[str, Any], which: tuple[str, int, Mapping[str, Any]], parent: Run
) -> None:
    key, number, step = which
    for left in search(client, experiment_id, key=key):  # by a recording that broke off
        client.delete_run(left.info.run_id)
    value = step["values"][step["chosen"]]
    about = subject(settings, key, value["changes"], USES)
    tags = {
        "repair": repair["variant"],
        KIND: "repair step",
        VARIANT: repair["variant"],
        MLFLOW_PARENT_RUN_ID: str(parent.run_id),
        "found": ", ".join(finding["id"] for finding in step["findings"]),
        "verdict": step["verdict"],
        "kept": str(step["kept"]).lower(),
    }
    names = ", ".join(finding["id"].replace("_", " ") for finding in step["findings"])
    run = Run.create(client, experiment_id, f"{repair['variant']}, step {number}: {names}", about._replace(tags=about.tags | tags))
    for group, results in (("before", step["before"]), ("after", value)):
        distances = results["frechet_distance"]
        by_seed = {f"frechet_distance_seed_{seed}": distance for seed, distance in zip(repair["seeds"], distances, strict=True)}
        mean = {} if None in distances else {"frechet_distance": statistics.geometric_mean(distances)}  # none where a training diverged
        run.metrics(group, by_seed | mean, 0)
    run.finish()


def _note(repair: Mapping[str, Any]) -> str:
    """The description that the UI shows."""
    rows = [_row(number, step) for number, step in enumerate(repair["steps"], 1)]
    steps = table(["step", "found", "changed", "verdict", ""], rows) if rows else "Nothing was changed."
    return f"The repair ended because {repair['end']}.\n\n{steps}"


def _row(number: int, step: Mapping[str, Any]) -> list[str]:
    changes = ", ".join(f"`{name}` {value}" for name, value in step["values"][step["chosen"]]["changes"].items())
    names = ", ".join(finding["id"].replace("_", " ") for finding in step["findings"])
    return [str(number), names, changes, step["verdict"], "kept" if step["kept"] else "put back"]
