"""A repair with real trainings, in a small project: interrupted, continued, run again, written into params.yaml, tracked; and what is refused."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mlflow import MlflowClient

from pipeline.files.errors import PipelineError
from pipeline.files.owner import owner
from pipeline.repair.__main__ import require_repairable, require_unchanged
from pipeline.repair.workers import RESULT
from pipeline.settings.params import Settings, load_settings
from pipeline.tracking.run import EVALUATION
from tests.conftest import ROOT
from tests.project import ENVIRONMENT, run

REPAIR = (sys.executable, "-m", "pipeline.repair")
FIXED = {"hidden_activation": "relu", "initializer": "glorot", "discriminator_activation": "linear", "share_discriminator": True}


@pytest.fixture
def project(finished_project: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished_project, tmp_path / "project", symlinks=True))


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.slow
def test_the_asker_is_repaired_the_same_way_after_an_interruption(project: Path) -> None:
    begun = subprocess.Popen([*REPAIR, "asker"], cwd=project, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    trials, until = project / "artifacts/repair/trials", time.monotonic() + 300
    while not list(trials.glob(f"*/{RESULT}")):
        assert begun.poll() is None, begun.communicate()[0]
        assert time.monotonic() < until
        time.sleep(0.1)
    begun.send_signal(signal.SIGTERM)
    printed, _ = begun.communicate(timeout=120)
    assert begun.returncode != 0
    assert "Traceback" not in printed
    kept = {path: path.stat().st_mtime_ns for path in trials.glob(f"*/{RESULT}")}
    assert list(trials.glob("*.partial")) == []

    ended = run(project, *REPAIR, "asker")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert {path: path.stat().st_mtime_ns for path in kept} == kept  # not trained again
    folder = project / "artifacts/repair/asker"
    path, first = json.loads((folder / "repair.json").read_text()), files_in(folder)
    assert set(first) == {"repair.json", "section.yaml", "index.html"}
    assert FIXED.items() <= path["section"].items()
    assert path["images"] <= load_settings(project / "params.yaml").repair.budget_images
    assert "<<: *asker" in first["section.yaml"].decode()
    assert "# samples not in loss" in first["section.yaml"].decode()

    shutil.rmtree(project / "artifacts/repair")
    again = run(project, *REPAIR, "asker", "--write")
    assert again.returncode == 0, again.stdout + again.stderr
    assert files_in(folder) == first
    written = load_settings(project / "params.yaml")
    assert written.run.variants[-1] == "asker_repaired"
    assert written.gan["asker_repaired"] == written.gan["asker"].model_copy(update=path["section"])
    assert run(project, sys.executable, "-m", "pipeline.stages.settings", "params.yaml").returncode == 0

    client = MlflowClient(f"sqlite:///{project / 'mlflow.db'}")
    (experiment,) = client.search_experiments(filter_string="name = 'repair'")
    runs = client.search_runs([experiment.experiment_id])
    assert {each.data.tags["repair"] for each in runs} == {"asker"}
    assert len(runs) == 1 + len(path["steps"])  # once, although it was run twice
    whole = next(each for each in runs if each.info.run_name == "repair of asker")
    client.delete_tag(whole.info.run_id, EVALUATION)  # as if the recording had broken off before its end
    assert run(project, sys.executable, "-m", "pipeline.tracking").returncode == 0
    runs = client.search_runs([experiment.experiment_id])
    assert len(runs) == 1 + len(path["steps"])
    assert whole.info.run_id not in {each.info.run_id for each in runs}
    first_step = next(each for each in runs if each.info.run_name.startswith("asker, step 1"))
    assert first_step.data.tags["kept"] == "true"
    assert {"before/frechet_distance_seed_0", "after/frechet_distance_seed_1"} <= first_step.data.metrics.keys()


def test_a_variant_that_was_edited_meanwhile_gets_no_section(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    own = load_settings(tmp_path / "params.yaml")
    require_unchanged(own, "asker")
    with pytest.raises(PipelineError, match=r"^params\.yaml: gan\.asker: expected the settings that were repaired, found others; run the same"):
        require_unchanged(settings, "asker")


def test_what_is_refused_is_one_line(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def message(variant: str, settings: Settings = settings) -> str:
        with pytest.raises(PipelineError) as refused:
            require_repairable(settings, variant)
        assert "\n" not in str(refused.value)
        return str(refused.value)

    monkeypatch.chdir(tmp_path)
    require_repairable(settings, "asker")
    assert "expected a section under gan: with the name askr" in message("askr").replace("'", "")
    assert "gan.stacked.digits_per_image: expected 1 for a repair" in message("stacked")
    with owner("train", "asker-0"):
        assert "expected a variant that nothing trains, found a training of seed 0" in message("asker")
    poor = settings.model_copy(update={"repair": settings.repair.model_copy(update={"budget_images": 1})})
    assert "repair.budget_images: expected at least 2560" in message("asker", poor)
