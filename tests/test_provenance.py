"""The key of a cell changes with its settings and its data, and with nothing else; the code has a hash of its own."""

import shutil
from pathlib import Path

import pytest

from pipeline import provenance
from pipeline.files.cells import Cell
from pipeline.provenance import (
    cell_checkpoints,
    cell_key,
    cell_settings,
    classifier_checkpoints,
    classifier_key,
    code_hash,
    training_key,
    variant_key,
)
from pipeline.settings.params import Settings
from tests.conftest import ROOT

ASKER = Cell("asker", 0)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "pipeline", tmp_path / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "dvc.yaml", tmp_path)
    (tmp_path / "artifacts/data").mkdir(parents=True)
    for name in ("train", "validation", "test"):
        (tmp_path / f"artifacts/data/{name}.npz").write_bytes(name.encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def changed(settings: Settings, section: str, **values: object) -> Settings:
    return settings.model_copy(update={section: getattr(settings, section).model_copy(update=values)})


def test_settings_and_data_change_the_key(settings: Settings, project: Path) -> None:
    key = cell_key(settings, ASKER)
    assert key == cell_key(settings, ASKER)
    assert len(key) == 64
    asker = settings.gan["asker"].model_copy(update={"generator_width": 7})
    others = [
        cell_key(settings, Cell("asker", 1)),
        cell_key(settings, Cell("answer", 0)),
        cell_key(settings.model_copy(update={"gan": settings.gan | {"asker": asker}}), ASKER),
        cell_key(changed(settings, "train", epoch_images=128), ASKER),
        cell_key(changed(settings, "evaluate", seed=5), ASKER),
        cell_key(changed(settings, "run", threads=2), ASKER),
        cell_key(changed(settings, "run", strategy="mirrored"), ASKER),
    ]
    (project / "artifacts/data/test.npz").write_bytes(b"other")
    others.append(cell_key(settings, ASKER))
    assert len({key, *others}) == len(others) + 1


def test_what_only_the_evaluation_depends_on_leaves_the_training_key_alone(settings: Settings, project: Path) -> None:
    key = training_key(settings, ASKER)
    evaluated = changed(changed(settings, "evaluate", seed=5, minimum_accuracy=0.5), "classifier", minimum_steps=9)
    assert training_key(changed(evaluated, "run", threads=2), ASKER) == key
    others = [training_key(changed(settings, "train", epoch_images=128), ASKER), training_key(settings, Cell("asker", 1))]
    others.append(training_key(changed(settings, "run", strategy="mirrored"), ASKER))
    (project / "artifacts/data/test.npz").write_bytes(b"other")
    assert len({key, *others, training_key(settings, ASKER)}) == 5


def test_the_seeds_of_a_variant_share_a_key_that_other_settings_change(settings: Settings) -> None:
    key = variant_key(settings, "asker")
    assert variant_key(changed(settings, "run", seeds=[3, 4], variants=["asker"]), "asker") == key
    assert variant_key(changed(settings, "evaluate", seed=5), "asker") == key
    others = [variant_key(settings, "answer"), variant_key(changed(settings, "train", epoch_images=128), "asker"), training_key(settings, ASKER)]
    assert len({key, *others}) == 4


def test_what_its_results_do_not_depend_on_leaves_the_key_alone(settings: Settings, project: Path) -> None:
    key, classifier = cell_key(settings, ASKER), classifier_key(settings)
    modern = settings.gan["modern"].model_copy(update={"generator_width": 7})
    settings = settings.model_copy(update={"gan": settings.gan | {"modern": modern}})
    settings = changed(changed(settings, "run", variants=["asker"], seeds=[0, 1]), "train", stop_on="error")
    (project / "pipeline/gan/base.py").write_text("changed")
    assert cell_key(settings, ASKER) == key
    assert classifier_key(settings) == classifier


def test_the_strategy_that_all_runs_had_before_there_was_a_choice_is_in_no_key(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    key = cell_key(settings, ASKER)
    assert cell_settings(settings, ASKER)["run.strategy"] == "single"
    without = {name: value for name, value in cell_settings(settings, ASKER).items() if name != "run.strategy"}
    monkeypatch.setattr(provenance, "cell_settings", lambda *_: without)
    assert cell_key(settings, ASKER) == key


def test_the_code_of_the_named_stages_changes_its_hash(project: Path) -> None:
    before = code_hash("train"), code_hash("evaluate")
    (project / "pipeline/metrics/frechet.py").write_text("changed")
    assert code_hash("train") == before[0]
    assert code_hash("evaluate") != before[1]
    (project / "pipeline/runtime.py").write_text("changed")
    assert code_hash("train") != before[0]


def test_every_variant_has_the_same_names(settings: Settings) -> None:
    asker, modern = (cell_settings(settings, Cell(variant, 0)) for variant in ("asker", "modern"))
    assert list(asker) == list(modern)
    assert asker["gan.share_discriminator"] is False
    assert {"variant", "seed", "source", "run.threads", "run.strategy", "evaluate.samples", "train.epoch_images"} <= set(asker)
    assert "train.stop_on" not in asker


def test_a_training_never_finds_the_checkpoints_of_another(settings: Settings, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, splits, code and libraries name the folder; how often checkpoints are written, and where to, changes no result."""
    splits = project / "artifacts/data/train.npz", project / "artifacts/data/validation.npz"
    asker = settings.gan["asker"].model_copy(update={"generator_width": 7})
    own = cell_checkpoints(settings, ASKER, *splits)
    assert own.parent == project.resolve() / ".state" / "checkpoints"
    assert cell_checkpoints(changed(changed(settings, "run", checkpoint_epochs=9, threads=2), "tracking", budget_seconds=1.0), ASKER, *splits) == own
    found = [
        own,
        cell_checkpoints(settings, Cell("asker", 1), *splits),
        cell_checkpoints(settings, Cell("answer", 0), *splits),
        cell_checkpoints(settings.model_copy(update={"gan": settings.gan | {"asker": asker}}), ASKER, *splits),
        *(cell_checkpoints(changed(settings, "train", **{name: 2}), ASKER, *splits) for name in ("threads", "epoch_images", "sheet_rows")),
        cell_checkpoints(changed(settings, "train", stop_on="error"), ASKER, *splits),
        cell_checkpoints(changed(settings, "run", strategy="mirrored"), ASKER, *splits),
        classifier_checkpoints(settings, *splits),
        classifier_checkpoints(changed(settings, "classifier", epochs=9), *splits),
        classifier_checkpoints(changed(settings, "run", threads=2), *splits),
    ]
    splits[1].write_bytes(b"other")
    found.append(cell_checkpoints(settings, ASKER, *splits))
    (project / "pipeline/gan/base.py").write_text("other")
    found += [cell_checkpoints(settings, ASKER, *splits), classifier_checkpoints(settings, *splits)]
    monkeypatch.setattr(provenance, "version", lambda name: "another")
    found.append(cell_checkpoints(settings, ASKER, *splits))
    assert len(set(found)) == len(found)
