"""A store with runs as the pipeline records them: two variants with two seeds, their parents, an experiment of DVC, and a generator for each cell."""

from typing import NamedTuple

import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

from pipeline.metrics.score_names import HEADLINE_SCORES


class Told(NamedTuple):
    """What is recorded of a cell."""

    variant: str
    seed: int
    gamma: float
    distance: float
    errors: str
    experiment: str | None = None

    @property
    def name(self) -> str:
        plain = f"{self.variant}-{self.seed}"
        return f"{plain} ({self.experiment})" if self.experiment else plain


CELLS = (
    Told("asker", 0, 0.0, 4911.0, "pinned_loss, class_collapse"),
    Told("asker", 1, 0.0, 4700.0, "pinned_loss"),
    Told("modern", 0, 0.1, 2.5, "none"),
    Told("modern", 1, 0.1, 9.5, "none"),
    Told("modern", 0, 0.3, 2.1, "none", "brave-otter"),
)
EPOCHS = 3


def record_runs(client: MlflowClient, location: str) -> str:
    """Record all of them in the experiment `gan`; returns its id."""
    experiment = client.create_experiment("gan", artifact_location=location)
    parents = {variant: _record_parent(client, experiment, variant) for variant in ("asker", "modern")}
    for cell in CELLS:
        _record_cell(client, experiment, cell, parents[cell.variant])
    return experiment


def _record_parent(client: MlflowClient, experiment: str, variant: str) -> str:
    distances = [cell.distance for cell in CELLS if cell.variant == variant and cell.experiment is None]
    tags = {"pipeline.kind": "variant", "seeds": "0, 1", "verdict": f"the verdict about {variant}"}
    run = client.create_run(experiment, run_name=variant, tags=tags)
    client.log_param(run.info.run_id, "variant", variant)
    for group, number in (("scores", np.mean(distances)), ("seed_deviation", np.std(distances, ddof=1))):
        client.log_metric(run.info.run_id, f"{group}/frechet_distance", float(number), step=0)
    client.set_terminated(run.info.run_id)
    return str(run.info.run_id)


def _record_cell(client: MlflowClient, experiment: str, cell: Told, parent: str) -> None:
    tags = {"pipeline.kind": "cell", "mlflow.parentRunId": parent, "diagnosis": "healthy" if cell.errors == "none" else "error"}
    tags |= {"diagnosis.errors": cell.errors, "mlflow.note.content": f"### Make it again\n\n```\ndvc repro train@{cell.name}\n```"}
    tags |= {"dvc.experiment": cell.experiment, "sweep": "gamma"} if cell.experiment else {}
    run = client.create_run(experiment, run_name=cell.name, tags=tags)
    run_id, started = run.info.run_id, run.info.start_time
    numbers = {"time/training_seconds": 30.0 + cell.seed, "time/evaluation_seconds": 5.0}
    numbers |= {f"scores/{name}": cell.distance if name == "frechet_distance" else 0.5 for name in HEADLINE_SCORES}
    numbers |= {"spread/precision": 0.1, "real_reference/precision": 0.9}
    metrics = [Metric(name, value, started, 0) for name, value in numbers.items()]
    for epoch in range(1, EPOCHS + 1):
        by_epoch = {"losses/d_loss": 1.0 + epoch / 10, "losses/g_loss": 2.0 / epoch, "scores_by_epoch/classifier_score": 3.0 * epoch}
        by_epoch |= {"scores_by_epoch/effective_classes": 3.0 * epoch, "diagnosis/real_fake_auc": 0.5 + epoch / 6, "diagnosis/diversity": 0.9}
        metrics += [Metric(name, value, started, epoch) for name, value in by_epoch.items()]
        client.log_image(run_id, np.full((20, 20), 80 * epoch, np.uint8), key="samples", step=epoch - 1)
    params = {"variant": cell.variant, "seed": cell.seed, "gan.r1_gamma": cell.gamma, "gan.network": "mlp" if cell.variant == "asker" else "dcgan"}
    client.log_batch(run_id, metrics, [Param(name, str(value)) for name, value in params.items()], [RunTag("data_set", "digits")])
    model = client.create_logged_model(experiment, name="generator", source_run_id=run_id)
    client.log_metric(run_id, "scores/frechet_distance", cell.distance, timestamp=started, step=0, model_id=model.model_id)
    client.set_terminated(run_id)
