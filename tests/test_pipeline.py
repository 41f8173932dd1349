"""The real thing, small: DVC runs the pipeline on the bundled digits, twice side by side, and MLflow records it."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import mlflow
import numpy as np
import pytest
import requests
import yaml

from pipeline.files.artifacts import file_hash
from pipeline.gan.networks.build import build_generator
from pipeline.metrics.score_names import SCORES
from pipeline.settings.params import load_settings
from tests.project import ENVIRONMENT, ran, run, write_params

CELLS = ("asker-0", "modern-0")


def hashes(folder: Path) -> dict[str, str]:
    files = [path for path in (folder / "artifacts").rglob("*") if path.is_file()] + [folder / "dvc.lock"]
    return {path.relative_to(folder).as_posix(): file_hash(path, "sha256") for path in sorted(files)}


def store(folder: Path) -> mlflow.MlflowClient:
    """A client of the project's store as it is now: of a copy, for MLflow keeps a file that it knows open, even a deleted one."""
    copy = folder / f"seen-{time.monotonic_ns()}.db"
    shutil.copy(folder / "mlflow.db", copy)
    return mlflow.MlflowClient(f"sqlite:///{copy}")


def all_runs(folder: Path, experiment: str = "gan") -> list[mlflow.entities.Run]:
    """The newest first."""
    client = store(folder)
    return client.search_runs([client.get_experiment_by_name(experiment).experiment_id])


def runs(folder: Path, experiment: str = "gan") -> dict[str, mlflow.entities.Run]:
    """By name, which must be unique."""
    found = all_runs(folder, experiment)
    assert len({run.info.run_name for run in found}) == len(found)
    return {run.info.run_name: run for run in found}


@pytest.fixture(scope="module")
def projects(reproduced) -> tuple[Path, Path]:
    """Two clones, each after its `dvc repro`."""
    for folder, ended in (reproduced["first"], reproduced["second"]):
        assert ended.returncode == 0, f"{folder}: {ended.stdout}{ended.stderr}"
        assert "real digits" in ended.stdout
    return reproduced["first"][0], reproduced["second"][0]


@pytest.fixture
def project(projects: tuple[Path, Path]) -> Path:
    return projects[0]


def test_two_clones_agree_byte_for_byte(projects: tuple[Path, Path]):
    first, second = map(hashes, projects)
    assert first == second
    assert len(first) > 20


def test_nothing_is_left_to_do(project: Path):
    started = time.monotonic()
    assert ran(run(project, "dvc", "repro")) == []
    assert time.monotonic() - started < 6
    assert run(project, "dvc", "status").stdout.strip() == "Data and pipelines are up to date."


def test_the_leaderboard_names_the_data_set_and_every_cell(project: Path):
    board = json.loads((project / "artifacts/leaderboard.json").read_text())
    assert sorted(f"{row['variant']}-{row['seed']}" for row in board["cells"]) == sorted(CELLS)
    for row in board["cells"]:
        assert row["data_set"] == "digits"
        assert row["classifier_sha256"] == file_hash(project / "artifacts/classifier/classifier.weights.h5", "sha256")
        assert all(row[name] is not None for name in SCORES if name not in ("class_consistency", "sample_trained_accuracy"))
        assert row["frechet_distance"] > row["frechet_distance_real"]
    table = (project / "artifacts/leaderboard.md").read_text()
    assert all(f"| {cell} " in table for cell in CELLS)


def test_the_classifier_reports_what_it_reads(project: Path):
    report = json.loads((project / "artifacts/classifier/report.json").read_text())
    counts = json.loads((project / "artifacts/classifier/history.json").read_text())["confusion"]["true rows, read columns"]
    assert sum(map(sum, counts)) == 359
    assert report["accuracy"] == pytest.approx(sum(counts[digit][digit] for digit in range(10)) / 359)
    assert runs(project, "digit-classifier")["digits"].data.metrics["test_accuracy"] == pytest.approx(report["accuracy"])


def test_each_cell_is_one_run_with_settings_losses_images_and_scores(project: Path):
    client, found = store(project), runs(project)
    assert sorted(found) == sorted(CELLS)
    assert len({frozenset(run.data.params) for run in found.values()}) == 1
    for cell, recorded in found.items():
        metrics = json.loads((project / f"artifacts/evaluation/{cell}/metrics.json").read_text())
        history = json.loads((project / f"artifacts/gan/{cell}/history.json").read_text())["epochs"]
        assert recorded.data.metrics["frechet_distance"] == pytest.approx(metrics["frechet_distance"])
        assert recorded.data.metrics["frechet_distance_real"] == pytest.approx(metrics["frechet_distance_real"])
        losses = client.get_metric_history(recorded.info.run_id, "d_loss")
        assert [(point.step, point.value) for point in losses] == [(row["epoch"], row["d_loss"]) for row in history]
        assert len(client.get_metric_history(recorded.info.run_id, "epoch_seconds")) == 2
        images = [file.path for file in client.list_artifacts(recorded.info.run_id, "images")]
        assert len([path for path in images if path.endswith(".png")]) == 3
        assert all("samples" in path for path in images)
        assert "figure.png" in [file.path for file in client.list_artifacts(recorded.info.run_id)]
        data_set = recorded.inputs.dataset_inputs[0].dataset
        assert (data_set.name, data_set.digest) == ("digits", file_hash(project / "artifacts/data/train.npz", "md5"))
        commit = run(project, "git", "rev-parse", "HEAD").stdout.strip()
        expected = {"status": "finished", "git.dirty": "false", "mlflow.source.git.commit": commit, "dvc.stage": f"train@{cell}"}
        assert expected.items() <= recorded.data.tags.items()
        assert recorded.data.tags["pipeline.key"] == metrics["key"]
        curve = client.get_metric_history(recorded.info.run_id, "sheet_classifier_score")
        assert [point.step for point in curve] == [0, 1, 2]


def test_the_report_is_made_and_tracked(project: Path):
    page = (project / "artifacts/report/index.html").read_text()
    for cell in CELLS:
        assert json.loads((project / f"artifacts/evaluation/{cell}/metrics.json").read_text())["key"] in page
    recorded = runs(project, "comparison")["digits"]
    files = [file.path for file in store(project).list_artifacts(recorded.info.run_id)]
    assert sorted(files) == ["index.html", "leaderboard.json"]


@pytest.mark.filterwarnings("ignore:.*type hint is inferred:UserWarning")  # MLflow's, at its own code
def test_the_logged_generator_loads_and_draws_what_the_weights_draw(project: Path):
    recorded = runs(project)["modern-0"]
    mlflow.set_tracking_uri(f"sqlite:///{project}/mlflow.db")
    model = mlflow.pyfunc.load_model(f"models:/{recorded.outputs.model_outputs[0].model_id}")
    variant = load_settings(project / "params.yaml").gan["modern"]
    latents = np.random.default_rng(0).normal(size=(2, variant.latent_size)).astype(np.float32)
    inputs = {"latent": latents, "label": np.array([3, 4], np.int32)}
    generator = build_generator(variant)
    generator.load_weights(project / "artifacts/gan/modern-0/generator.weights.h5")
    assert model.predict(inputs) == pytest.approx(generator(inputs, training=False).numpy(), abs=1e-5)


def test_a_lost_store_is_rebuilt_from_the_files(projects: tuple[Path, Path]):
    folder = projects[1]
    before = runs(folder)
    (folder / "mlflow.db").unlink()
    shutil.rmtree(folder / "mlartifacts")
    ended = run(folder, sys.executable, "-m", "pipeline.tracking")
    assert ended.returncode == 0, ended.stderr
    after = runs(folder)
    assert sorted(after) == sorted(CELLS)
    for cell in CELLS:
        live = {name: value for name, value in before[cell].data.metrics.items() if name != "epoch_seconds"}
        assert after[cell].data.metrics == live
        assert after[cell].data.params == before[cell].data.params
        assert after[cell].data.tags["pipeline.key"] == before[cell].data.tags["pipeline.key"]
        assert after[cell].outputs.model_outputs
    assert runs(folder, "digit-classifier")["digits"].data.metrics["test_accuracy"] > 0


def test_a_machine_that_reaches_no_mirror_goes_on_in_the_open(projects: tuple[Path, Path]):
    folder = projects[1]
    content = yaml.safe_load((folder / "params.yaml").read_text())
    content["download"] |= {"source": "mnist", "mirrors": ["http://127.0.0.1:9/"], "attempts": 1}
    write_params(folder, content)
    with (folder / "params.yaml").open("a") as params:
        params.write("# a comment of the user's\n")
    strict = run(folder, "dvc", "repro")
    assert strict.returncode != 0
    assert "http://127.0.0.1:9/: no connection" in strict.stderr
    kind = run(folder, sys.executable, "-m", "pipeline")
    assert kind.returncode == 0, kind.stderr
    assert "MNIST could not be downloaded" in kind.stdout
    assert "Running stage 'download'" in kind.stdout
    assert yaml.safe_load((folder / "params.yaml").read_text())["download"]["source"] == "digits"
    assert "# a comment of the user's" in (folder / "params.yaml").read_text()
    assert run(folder, "dvc", "status").stdout.strip() == "Data and pipelines are up to date."


def test_any_other_failure_of_the_download_is_a_failure(projects: tuple[Path, Path]):
    folder = projects[1]
    before = (folder / "params.yaml").read_text()
    (folder / "params.yaml").write_text(before.replace("attempts: 1", "attempts: 0"))
    ended = run(folder, sys.executable, "-m", "pipeline")
    assert ended.returncode == 1
    assert ended.stderr == "error: params.yaml: download.attempts: expected greater than or equal to 1, received 0\n"
    (folder / "params.yaml").write_text(before)


def test_one_number_of_one_variant_reruns_that_cell_alone(project: Path):
    content = yaml.safe_load((project / "params.yaml").read_text())
    key = runs(project)["asker-0"].data.tags["pipeline.key"]
    content["gan"]["asker"]["generator_learning_rate"] = 0.0001
    write_params(project, content)
    assert ran(run(project, "dvc", "repro")) == ["settings", "train@asker-0", "evaluate@asker-0", "diagnose@asker-0", "compare"]
    found = all_runs(project)
    assert sorted(run.info.run_name for run in found) == ["asker-0", "asker-0", "modern-0"]
    assert key in [run.data.tags["pipeline.key"] for run in found]


def test_changed_evaluation_settings_make_a_new_run_with_its_training_and_a_dropped_cell_leaves_no_trace(project: Path):
    content = yaml.safe_load((project / "params.yaml").read_text())
    content["evaluate"]["seed"] = 1
    content["run"]["variants"] = ["modern"]
    write_params(project, content)
    assert ran(run(project, "dvc", "repro")) == ["settings", "evaluate@modern-0", "diagnose@modern-0", "compare"]
    client = store(project)
    found = [recorded for recorded in all_runs(project) if recorded.data.params["variant"] == "modern"]
    assert len(found) == 2
    for recorded in found:
        assert len(client.get_metric_history(recorded.info.run_id, "d_loss")) == 2
    assert [path.name for path in (project / "artifacts/gan").iterdir() if path.is_dir()] == ["modern-0"]
    assert [path.name for path in (project / "artifacts/evaluation").iterdir() if path.is_dir()] == ["modern-0"]
    assert [path.name for path in (project / "artifacts/diagnosis").glob("*.json")] == ["modern-0.json"]
    lock = yaml.safe_load((project / "dvc.lock").read_text())["stages"]
    assert list(lock) == [
        *("settings", "download", "preprocess", "classifier", "reference", "train@modern-0", "evaluate@modern-0", "diagnose@modern-0", "compare")
    ]
    assert ran(run(project, "dvc", "repro")) == []


def test_a_wrong_key_stops_the_pipeline_before_any_work(project: Path):
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
    write_params(project, content)
    assert ran(run(project, "dvc", "repro")) == []


def test_an_unknown_section_stops_a_pipeline_that_is_up_to_date(project: Path):
    before = (project / "params.yaml").read_text()
    (project / "params.yaml").write_text(before + "\nevalute: {}\n")
    ended = run(project, "dvc", "repro")
    assert ended.returncode != 0
    assert "error: params.yaml: evalute: expected a known key, received an unknown one; the nearest known is evaluate" in ended.stderr
    (project / "params.yaml").write_text(before)


@pytest.mark.slow
def test_the_logged_generator_is_served_over_http(project: Path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    recorded = next(found for found in all_runs(project) if found.info.run_name == "modern-0")
    model = f"models:/{recorded.outputs.model_outputs[0].model_id}"
    command = ["mlflow", "models", "serve", "--model-uri", model, "--env-manager", "local", "--host", "127.0.0.1", "--port", str(port)]
    environment = ENVIRONMENT | {"MLFLOW_TRACKING_URI": f"sqlite:///{project}/mlflow.db"}
    latent = [0.0] * int(recorded.data.params["gan.latent_size"])
    with subprocess.Popen(command, cwd=project, env=environment, start_new_session=True) as server:
        try:
            for _ in range(120):
                time.sleep(1)
                with contextlib.suppress(requests.ConnectionError):
                    if requests.get(f"http://127.0.0.1:{port}/ping", timeout=5).ok:
                        break
            body = {"inputs": {"latent": [latent, latent], "label": [3, 4]}}
            answer = requests.post(f"http://127.0.0.1:{port}/invocations", json=body, timeout=60)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
    assert answer.ok, answer.text
    assert np.shape(answer.json()["predictions"]) == (2, 28, 28, 1)


@pytest.mark.slow
def test_a_temporary_experiment_is_tracked_in_the_projects_store(project: Path):
    before = len(all_runs(project))
    command = ("dvc", "exp", "run", "--temp", "--set-param", "gan.modern.discriminator_learning_rate=0.0003", "train@modern-0")
    author = {f"GIT_{role}_{part}": "somebody" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    ended = subprocess.run(command, cwd=project, env=ENVIRONMENT | author, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert len(all_runs(project)) == before + 1
    recorded = all_runs(project)[0]
    assert recorded.data.params["gan.discriminator_learning_rate"] == "0.0003"
    assert recorded.data.tags["dvc.experiment"]
