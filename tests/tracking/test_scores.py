"""Scores beside the logged model, data sets with their uses, durations, and what a run that was made from files does not claim."""

import json
from pathlib import Path

import mlflow
import pytest

from pipeline.files.artifacts import file_hash
from pipeline.files.cells import Cell
from pipeline.settings.params import Settings
from pipeline.tracking.cells import record_epoch, training_run
from pipeline.tracking.diagnosis import record_diagnosis
from pipeline.tracking.run import EVALUATION
from pipeline.tracking.scores import record_evaluation
from tests.tracking.conftest import ASKER, Files, runs

Client = mlflow.MlflowClient


def train(settings: Settings, files: Files, cell: Cell = ASKER) -> None:
    with training_run(settings, cell, files.gan) as run:
        record_epoch(run, {"epoch": 1, "d_loss": 2.0}, seconds=3.0)


def test_generators_are_ranked_by_their_scores(client: Client, settings: Settings, files: Files, tmp_path: Path) -> None:
    other = files._replace(gan=tmp_path / "artifacts/gan/answer-0", evaluation=tmp_path / "artifacts/evaluation/answer-0")
    other.write_training(b"better")
    other.write_evaluation(distance=2.0)
    for cell, of in ((ASKER, files), (Cell("answer", 0), other)):
        train(settings, of, cell)
        for _ in range(2):
            assert record_evaluation(settings, cell, of.gan, of.evaluation)
    experiment = runs(client)[0].info.experiment_id
    order = [{"field_name": "metrics.scores/frechet_distance", "ascending": True}]
    ranked = mlflow.search_logged_models([experiment], order_by=order, output_format="list")
    assert [model.tags["cell"] for model in ranked] == ["answer-0", "asker-0"]
    (distance,) = (metric for metric in ranked[0].metrics or [] if metric.key == "scores/frechet_distance")
    assert (distance.value, distance.dataset_name, distance.dataset_digest) == (2.0, "mnist_test", file_hash(Path("artifacts/data/test.npz"), "md5"))
    backwards = [order[0] | {"ascending": False, "dataset_name": "mnist_test"}]
    assert [model.model_id for model in mlflow.search_logged_models([experiment], order_by=backwards, output_format="list")] == [
        model.model_id for model in reversed(ranked)
    ]


@pytest.mark.parametrize(("split", "uses"), [("test", ["training", "validation", "evaluation"]), ("validation", ["training", "evaluation"])])
def test_each_split_is_an_input_with_its_use(client: Client, settings: Settings, files: Files, split: str, uses: list[str]) -> None:
    train(settings.model_copy(update={"evaluate": settings.evaluate.model_copy(update={"split": split})}), files)
    (run,) = runs(client)
    assert run.inputs
    found = run.inputs.dataset_inputs
    assert [each.tags[0].value for each in found] == uses
    assert [each.tags[0].key for each in found] == ["mlflow.data.context"] * len(uses)
    first = found[0].dataset
    assert (first.name, first.digest) == ("mnist_train", file_hash(Path("artifacts/data/train.npz"), "md5"))
    assert json.loads(first.source) == {"uri": "artifacts/data/train.npz"}
    assert json.loads(first.profile or "") == {"num_rows": 1, "num_elements": 784}
    assert '\\"shape\\": [-1, 28, 28]' in (first.schema or "")


def test_a_live_run_knows_durations_and_machine(client: Client, settings: Settings, files: Files) -> None:
    train(settings, files)
    (trained,) = runs(client)
    record_evaluation(settings, ASKER, files.gan, files.evaluation, trained.info.start_time / 1000 - 60)
    (run,) = runs(client)
    seconds = (run.info.end_time - run.info.start_time) / 1000
    assert run.data.metrics["time/training_seconds"] == pytest.approx(seconds, abs=0.002)
    assert 60 <= run.data.metrics["time/evaluation_seconds"] < 600
    assert run.data.tags["device"]
    assert run.data.tags["version.keras"]
    assert [point.step for point in client.get_metric_history(run.info.run_id, "system/cpu_utilization_percentage")] == [1]
    assert client.get_metric_history(run.info.run_id, "time/evaluation_seconds")[0].step == 0  # a number, and no line


def test_a_run_from_files_claims_neither(client: Client, settings: Settings, files: Files) -> None:
    record_evaluation(settings, ASKER, files.gan, files.evaluation)
    (run,) = runs(client)
    assert run.info.end_time == run.info.start_time
    assert not [name for name in (*run.data.metrics, *run.data.tags) if name.startswith(("time/", "system/", "version.", "device"))]
    assert "durations, device and system metrics are not known" in run.data.tags["mlflow.note.content"]


def test_the_description_grows_with_each_part(client: Client, settings: Settings, files: Files) -> None:
    def text() -> str:
        return runs(client)[0].data.tags["mlflow.note.content"]

    train(settings, files)
    assert "Not evaluated yet." in text()
    record_evaluation(settings, ASKER, files.gan, files.evaluation)
    assert "| precision ↑ | &emsp;0.8000 | &emsp;0.9400 |" in text()
    assert "### Diagnosis" not in text()
    record_diagnosis(settings, ASKER, files.gan, files.evaluation, files.diagnosis)
    assert "**error: class collapse**" in text()
    train(settings, files)
    record_evaluation(settings, ASKER, files.gan, files.evaluation)
    assert "**error: class collapse**" in text()  # nothing new, so nothing is taken back
    files.write_diagnosis({})
    record_diagnosis(settings, ASKER, files.gan, files.evaluation, files.diagnosis)
    assert "class collapse" not in text()


def test_a_result_that_another_experiment_finds_again_stays_one_run_that_lists_both(
    client: Client, settings: Settings, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = []
    for experiment in ("brave-otter", "brave-otter", "calm-heron", ""):
        monkeypatch.setenv("DVC_EXP_NAME", experiment)
        train(settings, files)
        record_evaluation(settings, ASKER, files.gan, files.evaluation)
        (run,) = runs(client)
        names.append((run.info.run_name, run.data.tags["dvc.experiment"]))
    first, both = ("asker-0 (brave-otter)", "brave-otter"), ("asker-0 (brave-otter)", "brave-otter, calm-heron")
    assert names == [first, first, both, both]


def test_scores_that_follow_half_recorded_other_ones_get_a_run_of_their_own(client: Client, settings: Settings, files: Files) -> None:
    train(settings, files)
    record_evaluation(settings, ASKER, files.gan, files.evaluation)
    (half,) = runs(client)
    client.delete_tag(half.info.run_id, EVALUATION)  # as where the store failed before the last part
    record_evaluation(settings, ASKER, files.gan, files.evaluation)
    assert [run.info.run_id for run in runs(client)] == [half.info.run_id]  # the same scores: completed
    client.delete_tag(half.info.run_id, EVALUATION)
    files.write_evaluation(distance=2.0)
    for _ in range(2):
        record_evaluation(settings, ASKER, files.gan, files.evaluation)
    own, other = sorted(runs(client), key=lambda run: run.data.metrics["scores/frechet_distance"])
    assert (own.data.metrics["scores/frechet_distance"], EVALUATION in own.data.tags) == (2.0, True)
    assert (other.info.run_id, EVALUATION in other.data.tags) == (half.info.run_id, False)


def test_sweeps_and_repairs_are_tags(client: Client, settings: Settings, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAN_SWEEP", "gamma")
    train(settings, files)
    (run,) = runs(client)
    assert (run.data.tags["sweep"], run.data.tags["pipeline.kind"]) == ("gamma", "cell")
    assert "repair" not in run.data.tags


def test_a_run_of_an_earlier_version_is_completed(client: Client, settings: Settings, files: Files) -> None:
    record_evaluation(settings, ASKER, files.gan, files.evaluation)
    (run,) = runs(client)
    for tag in ("pipeline.kind", "mlflow.note.content"):
        client.delete_tag(run.info.run_id, tag)
    record_evaluation(settings, ASKER, files.gan, files.evaluation)
    (completed,) = runs(client)
    assert {"pipeline.kind", "mlflow.note.content"} <= set(completed.data.tags)
    assert len(client.get_metric_history(run.info.run_id, "scores/frechet_distance")) == 1
