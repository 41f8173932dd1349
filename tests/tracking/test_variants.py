"""The parent of a variant's cells: mean, deviation and verdict over seeds, one true value of each."""

from pathlib import Path
from typing import Any

import mlflow
import pytest

from pipeline.files.artifacts import write_json
from pipeline.files.cells import Cell
from pipeline.provenance import training_key
from pipeline.report.verdicts import aggregate
from pipeline.settings.params import Settings
from pipeline.tracking.cells import cell_run
from pipeline.tracking.comparison import record_comparison
from pipeline.tracking.run import EVALUATION, TRAINING, search
from pipeline.tracking.store import GANS, connect
from tests import written
from tests.tracking.conftest import runs

Client = mlflow.MlflowClient
SCORE = "scores/frechet_distance"


@pytest.fixture
def several(settings: Settings) -> Settings:
    """Settings with two variants and two seeds."""
    return settings.model_copy(update={"run": settings.run.model_copy(update={"variants": ["asker", "answer"], "seeds": [0, 1]})})


def compared(settings: Settings, distances: dict[Cell, float]) -> bool:
    """Cells with these scores are on record, and are compared."""
    client, experiment = connect(GANS)
    for cell in distances:
        if not search(client, experiment, key=training_key(settings, cell)):
            cell_run(settings, cell, {TRAINING: cell.name})
    rows = list[dict[str, Any]]()
    for cell, distance in distances.items():
        rows.append(written.scores(variant=cell.variant, seed=cell.seed, scores={"frechet_distance": distance, "precision": 0.8}))
    variants = list(dict.fromkeys(cell.variant for cell in distances))
    write_json(Path("leaderboard.json"), written.leaderboard(rows, aggregate(rows, variants, "answer", 0.95)))
    Path("index.html").write_text(str(distances))
    return record_comparison(settings, Path("leaderboard.json"), Path("index.html"))


def parents(client: Client) -> dict[str, mlflow.entities.Run]:
    found = [run for run in runs(client) if run.data.tags["pipeline.kind"] == "variant"]
    assert len({run.info.run_name for run in found}) == len(found)
    return {str(run.info.run_name): run for run in found}


def children(client: Client, parent: mlflow.entities.Run) -> list[str]:
    return sorted(str(run.info.run_name) for run in runs(client) if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id)


SEEDS = {Cell("asker", 0): 4.0, Cell("asker", 1): 6.0, Cell("answer", 0): 500.0, Cell("answer", 1): 510.0}


def test_a_variant_is_the_parent_of_its_cells_and_sums_them_up(client: Client, several: Settings) -> None:
    assert compared(several, SEEDS)
    asker, answer = parents(client)["asker"], parents(client)["answer"]
    assert (children(client, asker), children(client, answer)) == (["asker-0", "asker-1"], ["answer-0", "answer-1"])
    assert asker.data.metrics[SCORE] == 5.0
    assert asker.data.metrics["seed_deviation/frechet_distance"] == pytest.approx(2**0.5)
    assert asker.data.tags["verdict"].startswith("better than answer (p")
    assert (answer.data.tags["verdict"], asker.data.tags["seeds"]) == ("the baseline", "0, 1")
    assert (asker.data.params["variant"], "seed" in asker.data.params) == ("asker", False)
    text = asker.data.tags["mlflow.note.content"]
    assert "(/report/#variant-asker)" in text
    assert "| score | &emsp;`asker-0` | &emsp;`asker-1` | &emsp;mean over seeds | &emsp;real images |" in text
    assert "| Fréchet distance ↓ | &emsp;4.000 | &emsp;6.000 | &emsp;**5.000\u00a0±\u00a01.414** | &emsp;— |" in text
    assert (asker.info.status, asker.info.start_time) == ("FINISHED", asker.info.end_time)
    before = {run.info.run_id: (run.data.tags, run.data.metrics) for run in runs(client)}
    assert compared(several, SEEDS)  # the same content again changes nothing
    assert {run.info.run_id: (run.data.tags, run.data.metrics) for run in runs(client)} == before


def test_new_seeds_leave_one_parent_with_one_value(client: Client, several: Settings) -> None:
    first = {cell: distance for cell, distance in SEEDS.items() if cell.seed == 0}
    assert compared(several, first)
    assert parents(client)["asker"].data.tags["verdict"].endswith("seeds were not compared")
    assert "seed_deviation/frechet_distance" not in parents(client)["asker"].data.metrics
    assert compared(several, SEEDS)
    asker = parents(client)["asker"]
    assert [point.value for point in client.get_metric_history(asker.info.run_id, SCORE)] == [5.0]
    assert children(client, asker) == ["asker-0", "asker-1"]
    assert compared(several, first)  # fewer seeds again: the lower mean is the true one now, and the other seed keeps its parent
    asker = parents(client)["asker"]
    assert (asker.data.metrics[SCORE], asker.data.tags["seeds"]) == (4.0, "0")
    assert children(client, asker) == ["asker-0", "asker-1"]


def test_a_dropped_variant_keeps_its_parent(client: Client, several: Settings) -> None:
    assert compared(several, SEEDS)
    assert compared(several, {cell: distance for cell, distance in SEEDS.items() if cell.variant == "answer"})
    assert children(client, parents(client)["asker"]) == ["asker-0", "asker-1"]


def test_other_settings_of_a_variant_are_another_parent(client: Client, several: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert compared(several, SEEDS)
    asker = several.gan["asker"].model_copy(update={"depth": 2})
    monkeypatch.setenv("DVC_EXP_NAME", "brave-otter")
    assert compared(several.model_copy(update={"gan": several.gan | {"asker": asker}}), SEEDS)
    found = parents(client)
    assert set(found) == {"asker", "answer", "asker (brave-otter)"}
    assert children(client, found["asker (brave-otter)"]) == ["asker-0 (brave-otter)", "asker-1 (brave-otter)"]
    assert children(client, found["asker"]) == ["asker-0", "asker-1"]


def test_a_parent_that_was_cut_off_is_replaced(client: Client, several: Settings) -> None:
    assert compared(several, SEEDS)
    asker = parents(client)["asker"]
    client.delete_tag(asker.info.run_id, EVALUATION)
    assert compared(several, SEEDS)
    after = parents(client)["asker"]
    assert after.info.run_id != asker.info.run_id
    assert children(client, after) == ["asker-0", "asker-1"]
