"""The key of a cell changes with everything its results depend on, and with nothing else."""

import shutil
from pathlib import Path

import pytest

from pipeline.provenance import cell_key, cell_settings, classifier_key, origin, training_key
from pipeline.settings.params import Settings
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch) -> Path:
    shutil.copytree(ROOT / "pipeline", tmp_path / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "dvc.yaml", tmp_path)
    (tmp_path / "artifacts/data").mkdir(parents=True)
    for name in ("train", "validation", "test"):
        (tmp_path / f"artifacts/data/{name}.npz").write_bytes(name.encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def changed(settings: Settings, section: str, **values: object) -> Settings:
    return settings.model_copy(update={section: getattr(settings, section).model_copy(update=values)})


def test_settings_data_and_code_change_the_key(settings: Settings, project: Path):
    key = cell_key(settings, "asker", 0)
    assert key == cell_key(settings, "asker", 0)
    assert len(key) == 64
    asker = settings.gan["asker"].model_copy(update={"generator_width": 7})
    others = [
        cell_key(settings, "asker", 1),
        cell_key(settings, "answer", 0),
        cell_key(settings.model_copy(update={"gan": settings.gan | {"asker": asker}}), "asker", 0),
        cell_key(changed(settings, "train", epoch_images=128), "asker", 0),
        cell_key(changed(settings, "evaluate", seed=5), "asker", 0),
        cell_key(changed(settings, "run", threads=2), "asker", 0),
    ]
    for path in ("artifacts/data/test.npz", "pipeline/gan/base.py", "pipeline/metrics/frechet.py", "pipeline/stages/classifier.py"):
        before = (project / path).read_bytes()
        (project / path).write_bytes(before + b"\n")
        others.append(cell_key(settings, "asker", 0))
        (project / path).write_bytes(before)
    assert len({key, *others}) == len(others) + 1


def test_what_it_does_not_depend_on_leaves_the_key_alone(settings: Settings, project: Path):
    key, classifier = cell_key(settings, "asker", 0), classifier_key(settings)
    for path in ("pipeline/tracking/run.py", "pipeline/stages/compare.py", "pipeline/mirrors.py"):
        (project / path).write_text("changed")
    modern = settings.gan["modern"].model_copy(update={"generator_width": 7})
    settings = settings.model_copy(update={"gan": settings.gan | {"modern": modern}})
    settings = changed(settings, "run", variants=["asker"], seeds=[0, 1])
    assert cell_key(settings, "asker", 0) == key
    (project / "pipeline/gan/base.py").write_text("changed")
    assert classifier_key(settings) == classifier


def test_evaluating_anew_leaves_the_training_key_alone_and_training_anew_does_not(settings: Settings, project: Path):
    key = training_key(settings, "asker", 0)
    (project / "pipeline/metrics/frechet.py").write_text("changed")
    assert training_key(changed(changed(settings, "evaluate", seed=5), "classifier", epochs=9), "asker", 0) == key
    others = [training_key(changed(settings, "train", epoch_images=128), "asker", 0), training_key(settings, "asker", 1)]
    (project / "pipeline/gan/base.py").write_text("changed")
    others.append(training_key(settings, "asker", 0))
    assert len({key, *others}) == 4


def test_every_variant_has_the_same_names(settings: Settings):
    asker, modern = (cell_settings(settings, variant, 0) for variant in ("asker", "modern"))
    assert list(asker) == list(modern)
    assert asker["gan.share_discriminator"] is False
    assert {"variant", "seed", "source", "run.threads", "evaluate.samples", "train.epoch_images"} <= set(asker)


def test_outside_git_and_dvc_the_origin_is_what_is_known(project: Path, monkeypatch):
    monkeypatch.delenv("DVC_STAGE", raising=False)
    monkeypatch.setenv("DVC_EXP_NAME", "brave-otter")
    assert origin() == {"dvc.experiment": "brave-otter"}
