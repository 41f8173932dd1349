"""The real thing, small: DVC runs the pipeline on the bundled digits, MLflow records it, and params.yaml and the code are edited.

The tests stand in the order in which they use the project; in one process, one after the other.
"""

import contextlib
import gzip
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pytest
import yaml

from pipeline.data.idx import IDX_FILES
from pipeline.data.pixels import to_bytes
from pipeline.files.artifacts import file_hash
from pipeline.gan.base import image_low
from pipeline.gan.networks.build import build_generator
from pipeline.metrics.score_names import HEADLINE_SCORES, MODE_SCORES, SCORES
from pipeline.settings.params import load_settings
from pipeline.tracking.run import DIAGNOSIS, EVALUATION, KEY, KIND, TRAINING, VARIANT
from tests.project import ENVIRONMENT, Reproduced, ran, run, write_params

CELLS = ("asker-0", "modern-0")
DEAD_PROXY = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")


def hashes(folder: Path, *parts: str) -> dict[str, str]:
    """The sha256 of every file in these folders of artifacts/, or in all of them."""
    roots = [folder / "artifacts" / part for part in parts or ("",)]
    files = [path for root in roots for path in ([root] if root.is_file() else root.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): file_hash(path, "sha256") for path in sorted(files)}


def store(folder: Path) -> mlflow.MlflowClient:
    """A client of the project's store as it is now: of a copy, for MLflow keeps a file that it knows open, even a deleted one."""
    copy = folder / f"copy-{time.monotonic_ns()}.db"
    shutil.copy(folder / "mlflow.db", copy)
    return mlflow.MlflowClient(f"sqlite:///{copy}")


def all_runs(folder: Path, experiment: str = "gan") -> list[mlflow.entities.Run]:
    """The newest first, without those of whole variants."""
    client = store(folder)
    found = client.get_experiment_by_name(experiment)
    assert found is not None
    return [recorded for recorded in client.search_runs([found.experiment_id]) if recorded.data.tags.get(KIND) != VARIANT]


def runs(folder: Path, experiment: str = "gan") -> dict[str, mlflow.entities.Run]:
    """By name, which must be unique."""
    found = all_runs(folder, experiment)
    assert len({run.info.run_name for run in found}) == len(found)
    return {str(run.info.run_name): run for run in found}


def model_of(run: mlflow.entities.Run) -> str:
    """The address of the generator that a run logged."""
    assert run.outputs
    return f"models:/{run.outputs.model_outputs[0].model_id}"


def read(path: Path) -> Any:
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def project(reproduced: Reproduced) -> Path:
    """A clone after its first `dvc repro`."""
    folder, status, stdout, stderr = reproduced
    assert status == 0, stdout + stderr
    assert "real digits" in stdout
    return folder


def test_nothing_is_left_to_do(project: Path) -> None:
    assert ran(run(project, "dvc", "repro")) == []
    assert run(project, "dvc", "status").stdout.strip() == "Data and pipelines are up to date."


def test_the_leaderboard_names_the_data_set_and_every_cell(project: Path) -> None:
    board = read(project / "artifacts/leaderboard.json")
    assert sorted(f"{row['variant']}-{row['seed']}" for row in board["cells"]) == sorted(CELLS)
    for row in board["cells"]:
        assert row["data_set"] == "digits"
        assert row["classifier_sha256"] == file_hash(project / "artifacts/classifier/classifier.weights.h5", "sha256")
        assert all(row["scores"][name] is not None for name in SCORES if name not in ("class_consistency", "sample_trained_accuracy", *MODE_SCORES))
        assert row["scores"]["frechet_distance"] > row["real_reference"]["frechet_distance"]
    table = (project / "artifacts/leaderboard.md").read_text()
    assert all(f"| {cell} " in table for cell in CELLS)


def test_the_classifier_reports_its_accuracy(project: Path) -> None:
    report = read(project / "artifacts/classifier/report.json")
    counts = read(project / "artifacts/classifier/history.json")["confusion"]["true rows, predicted columns"]
    assert sum(map(sum, counts)) == 359
    assert report["accuracy"] == pytest.approx(sum(counts[digit][digit] for digit in range(10)) / 359)
    assert runs(project, "digit-classifier")["digits"].data.metrics["scores/test_accuracy"] == pytest.approx(report["accuracy"])


def test_dvc_shows_the_headline_scores_of_every_cell(project: Path) -> None:
    shown = json.loads(run(project, "dvc", "metrics", "show", "--json").stdout)[""]["data"]
    assert sorted(shown) == sorted(f"artifacts/metrics/{cell}.json" for cell in CELLS)
    for metrics in shown.values():
        assert {"status", *HEADLINE_SCORES} - set(metrics["data"]) <= {"class_consistency"}  # of no unconditional GAN
    table = run(project, "dvc", "metrics", "show").stdout
    assert max(map(len, table.splitlines())) <= 180


def test_each_cell_is_one_run_with_settings_losses_images_and_scores(project: Path) -> None:
    client, found = store(project), runs(project)
    assert sorted(found) == sorted(CELLS)
    assert len({frozenset(run.data.params) for run in found.values()}) == 1
    for cell, recorded in found.items():
        scores = read(project / f"artifacts/evaluation/{cell}/scores.json")
        history = read(project / f"artifacts/gan/{cell}/history.json")["epochs"]
        for group in ("scores", "real_reference"):
            assert recorded.data.metrics[f"{group}/frechet_distance"] == pytest.approx(scores[group]["frechet_distance"])
        losses = client.get_metric_history(recorded.info.run_id, "losses/d_loss")
        assert [(point.step, point.value) for point in losses] == [(row["epoch"], row["d_loss"]) for row in history]
        assert len(client.get_metric_history(recorded.info.run_id, "time/epoch_seconds")) == 2
        images = [file.path for file in client.list_artifacts(recorded.info.run_id, "images")]
        assert len([path for path in images if path.endswith(".png")]) == 3
        assert all("samples" in path for path in images)
        assert "figure.png" in [file.path for file in client.list_artifacts(recorded.info.run_id)]
        assert recorded.inputs
        data_set = recorded.inputs.dataset_inputs[0].dataset
        assert (data_set.name, data_set.digest) == ("digits_train", file_hash(project / "artifacts/data/train.npz", "md5"))
        commit, branch = (run(project, "git", *command).stdout.strip() for command in (("rev-parse", "HEAD"), ("branch", "--show-current")))
        expected = {"status": "finished", "git.dirty": "false", "mlflow.source.git.commit": commit, "mlflow.source.git.branch": branch}
        expected |= {"dvc.stage": f"train@{cell}", "mlflow.source.name": f"dvc repro train@{cell}"}
        assert expected.items() <= recorded.data.tags.items()
        assert {TRAINING, EVALUATION, DIAGNOSIS} <= set(recorded.data.tags)
        curve = client.get_metric_history(recorded.info.run_id, "scores_by_epoch/classifier_score")
        assert [point.step for point in curve] == [0, 1, 2]
        assert len(client.get_metric_history(recorded.info.run_id, "system/cpu_utilization_percentage")) == 2
        assert recorded.data.metrics["time/training_seconds"] > 0
        assert recorded.data.metrics["time/evaluation_seconds"] > 0
        assert recorded.data.tags["device"]
        assert f"git checkout {commit}\ndvc repro train@{cell} evaluate@{cell} diagnose@{cell}" in recorded.data.tags["mlflow.note.content"]


def test_each_variant_is_the_parent_of_its_cells_and_its_generators_are_ranked(project: Path) -> None:
    client, found = store(project), runs(project)
    for cell, recorded in found.items():
        parent = client.get_run(recorded.data.tags["mlflow.parentRunId"])
        assert (f"{parent.info.run_name}-0", parent.data.tags["seeds"]) == (cell, "0")
        assert parent.data.tags["verdict"] in (project / "artifacts/leaderboard.md").read_text() or parent.data.tags["verdict"] == "the baseline"
        assert parent.data.metrics["scores/frechet_distance"] == recorded.data.metrics["scores/frechet_distance"]
    order = [{"field_name": "metrics.scores/frechet_distance", "ascending": True}]
    ranked = client.search_logged_models([recorded.info.experiment_id], order_by=order)
    assert [model.tags["cell"] for model in ranked] == sorted(found, key=lambda cell: found[cell].data.metrics["scores/frechet_distance"])


def test_the_report_is_made_and_tracked(project: Path) -> None:
    page, found = (project / "artifacts/report/index.html").read_text(), runs(project)
    for cell in CELLS:
        assert found[cell].data.tags[EVALUATION] in page
    recorded = runs(project, "comparison")["digits"]
    files = [file.path for file in store(project).list_artifacts(recorded.info.run_id)]
    assert sorted(files) == ["index.html", "leaderboard.json"]


def test_the_logged_generator_loads_and_draws_what_the_weights_draw(project: Path) -> None:
    recorded = runs(project)["modern-0"]
    mlflow.set_tracking_uri(f"sqlite:///{project}/mlflow.db")
    model = mlflow.pyfunc.load_model(model_of(recorded))
    variant = load_settings(project / "params.yaml").gan["modern"]
    latents = np.random.default_rng(0).normal(size=(2, variant.latent_size)).astype(np.float32)
    (answer,) = model.predict([{"digit": 3, "latents": latents.tolist(), "format": "array"}])
    generator = build_generator(variant)
    generator.load_weights(project / "artifacts/gan/modern-0/generator.weights.h5")
    drawn = to_bytes(generator({"latent": latents, "label": np.full(2, 3, np.int32)}, training=False).numpy(), image_low(variant))
    assert np.abs(np.array(answer.array) - drawn.astype(int)).max() <= 1  # compiled, the last bit of a float may round the other way


@pytest.mark.slow
def test_a_lost_store_is_rebuilt_from_the_files(project: Path) -> None:
    before = runs(project)
    (project / "mlflow.db").unlink()
    shutil.rmtree(project / "mlartifacts")
    ended = run(project, sys.executable, "-m", "pipeline.tracking")
    assert ended.returncode == 0, ended.stderr
    after = runs(project)
    assert sorted(after) == sorted(CELLS)
    for cell in CELLS:
        kept = {name: value for name, value in before[cell].data.metrics.items() if not name.startswith(("time/", "system/"))}
        assert after[cell].data.metrics == kept
        assert not [tag for tag in after[cell].data.tags if tag == "device" or tag.startswith("version.")]
        assert after[cell].data.params == before[cell].data.params
        for tag in (KEY, TRAINING, EVALUATION, DIAGNOSIS):
            assert after[cell].data.tags[tag] == before[cell].data.tags[tag]
        assert model_of(after[cell])
    assert runs(project, "digit-classifier")["digits"].data.metrics["scores/test_accuracy"] > 0
    assert list(runs(project, "comparison")) == ["digits"]


def test_a_machine_that_reaches_no_mirror_goes_on_in_the_open(project: Path) -> None:
    content = yaml.safe_load((project / "params.yaml").read_text())
    content["download"] |= {"source": "mnist", "attempts": 1}
    write_params(project, content)
    with (project / "params.yaml").open("a") as params:
        params.write("# a comment of the user's\n")
    ended = run(project, sys.executable, "-m", "pipeline", environment=ENVIRONMENT | DEAD_PROXY)
    assert ended.returncode == 0, ended.stderr
    assert "no connection" in ended.stderr
    assert "could not be downloaded" in ended.stdout
    assert "Running stage 'download'" in ended.stdout
    assert yaml.safe_load((project / "params.yaml").read_text())["download"]["source"] == "digits"
    assert "# a comment of the user's" in (project / "params.yaml").read_text()
    assert run(project, "dvc", "status").stdout.strip() == "Data and pipelines are up to date."


def test_any_other_failure_of_the_download_is_a_failure(project: Path) -> None:
    """As where a mirror answers, and what it serves is not what the registry expects."""
    before = (project / "params.yaml").read_text()
    content = yaml.safe_load(before)
    content["download"] |= {"source": "mnist", "attempts": 1}
    write_params(project, content)
    edited, mirror = (project / "params.yaml").read_text(), project / "mirror"
    mirror.mkdir()
    for name in IDX_FILES:
        (mirror / f"{name}.gz").write_bytes(gzip.compress(b"other bytes"))
    ended = run(project, sys.executable, "-m", "pipeline", environment=ENVIRONMENT | DEAD_PROXY | {"MNIST_MIRROR": str(mirror)})
    shutil.rmtree(mirror)
    assert ended.returncode not in (0, 69)
    assert "after decompression, received 11" in ended.stderr
    assert "could not be downloaded" not in ended.stdout
    assert (project / "params.yaml").read_text() == edited
    (project / "params.yaml").write_text(before)
    assert run(project, "dvc", "repro").returncode == 0  # brings back what the failed stage removed


def test_a_wrong_key_stops_the_pipeline_before_any_work(project: Path) -> None:
    content = yaml.safe_load((project / "params.yaml").read_text())
    before = hashes(project)
    broken = json.loads(json.dumps(content))
    broken["gan"]["modern"]["latent_siz"] = 3
    broken["evaluate"]["seed"] = 8
    write_params(project, broken)
    ended = run(project, "dvc", "repro")
    assert ended.returncode != 0
    assert "error: params.yaml: gan.modern.latent_siz: expected a known key" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert hashes(project) == before
    write_params(project, content | {"evalute": {}})
    ended = run(project, "dvc", "repro")
    assert ended.returncode != 0
    assert "error: params.yaml: evalute: expected a known key, received an unknown one; the nearest known is evaluate" in ended.stderr
    assert hashes(project) == before
    write_params(project, content)


@contextlib.contextmanager
def changed(folder: Path, section: str, **values: Any) -> Iterator[None]:
    """Other values in a section of params.yaml, for as long as the block lasts."""
    before = (folder / "params.yaml").read_text()
    content = yaml.safe_load(before)
    place = content
    for name in section.split("."):
        place = place[name]
    place |= values
    write_params(folder, content)
    yield
    (folder / "params.yaml").write_text(before)


def test_one_number_of_one_variant_reruns_that_cell_alone(project: Path) -> None:
    with changed(project, "gan.asker", generator_learning_rate=0.0001):
        planned = ran(run(project, "dvc", "repro", "--dry"))
    assert planned == ["settings", "train@asker-0", "evaluate@asker-0", "diagnose@asker-0", "compare"]


def test_other_evaluation_settings_train_nothing_again(project: Path) -> None:
    with changed(project, "evaluate", seed=1):
        planned = ran(run(project, "dvc", "repro", "--dry"))
    assert planned == ["settings", *(f"evaluate@{cell}" for cell in CELLS)]  # DVC plans what follows once it knows the new scores


@pytest.mark.slow
def test_edits_that_change_no_byte_leave_a_run_its_scores_and_a_dropped_cell_leaves_no_trace(project: Path) -> None:
    """A comment in measuring code, and `train.stop_on`: training and evaluation run again, to the same bytes."""
    content = yaml.safe_load((project / "params.yaml").read_text())
    content["run"]["variants"] = ["modern"]
    content["compare"]["baseline"] = "modern"
    assert {"train@modern-0", "evaluate@modern-0"} <= edit_without_effect(project, content, "pipeline/evaluation/curves.py", "error")
    assert [path.name for path in (project / "artifacts/gan").iterdir() if path.is_dir()] == ["modern-0"]
    assert [path.name for path in (project / "artifacts/evaluation").iterdir() if path.is_dir()] == ["modern-0"]
    for folder in ("diagnosis", "metrics"):
        assert [path.name for path in (project / "artifacts" / folder).glob("*.json")] == ["modern-0.json"]
    lock = yaml.safe_load((project / "dvc.lock").read_text())["stages"]
    assert list(lock) == [
        *("settings", "download", "preprocess", "classifier", "reference", "train@modern-0", "evaluate@modern-0", "diagnose@modern-0", "compare")
    ]
    assert ran(run(project, "dvc", "repro")) == []


@pytest.mark.slow
def test_every_stage_run_again_gives_the_same_bytes(project: Path) -> None:
    """A comment in code that every stage depends on."""
    content = yaml.safe_load((project / "params.yaml").read_text())
    stages = {"download", "preprocess", "classifier", "reference", "train@modern-0", "evaluate@modern-0", "compare"}
    assert stages <= edit_without_effect(project, content, "pipeline/data/digits.py", "never")


def edit_without_effect(project: Path, content: dict[str, Any], module: str, stop_on: str) -> set[str]:
    """Add a comment and set `train.stop_on`; what comes out for `modern` must be what was there. The stages that ran."""
    parts = ("data", "classifier", "reference", "gan/modern-0", "evaluation/modern-0", "diagnosis/modern-0.json", "metrics/modern-0.json")
    before = hashes(project, *parts), runs_of_modern(project)
    code = project / module
    code.write_text(code.read_text() + "\n# A comment.\n")
    content["train"]["stop_on"] = stop_on
    write_params(project, content)
    stages = set(ran(run(project, "dvc", "repro")))
    assert (hashes(project, *parts), runs_of_modern(project)) == before
    assert len(before[0]) > 20
    (only,) = (each for each in all_runs(project) if each.data.params["variant"] == "modern")
    assert {TRAINING, EVALUATION, DIAGNOSIS} <= set(only.data.tags)
    return stages


def runs_of_modern(folder: Path) -> list[tuple[str, str, float]]:
    """Id, result and score of each of its runs, the newest first."""
    found = [recorded for recorded in all_runs(folder) if recorded.data.params["variant"] == "modern"]
    return [(each.info.run_id, each.data.tags[EVALUATION], each.data.metrics["scores/frechet_distance"]) for each in found]


@pytest.mark.slow
def test_a_temporary_experiment_is_tracked_in_the_projects_store(project: Path) -> None:
    before = len(all_runs(project))
    command = ("dvc", "exp", "run", "--temp", "--set-param", "gan.modern.discriminator_learning_rate=0.0003", "train@modern-0")
    author = {f"GIT_{role}_{part}": "somebody" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    ended = subprocess.run(command, cwd=project, env=ENVIRONMENT | author, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert len(all_runs(project)) == before + 1
    recorded = all_runs(project)[0]
    assert recorded.data.params["gan.discriminator_learning_rate"] == "0.0003"
    experiment = recorded.data.tags["dvc.experiment"]
    assert recorded.info.run_name == f"modern-0 ({experiment})"
    assert recorded.data.tags["mlflow.source.git.branch"] == run(project, "git", "branch", "--show-current").stdout.strip()
