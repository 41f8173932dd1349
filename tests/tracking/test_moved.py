"""A project whose folder was moved or copied: its artifacts are found where they are now, and new ones go there."""

import shutil
from pathlib import Path

import mlflow
import numpy as np
import pytest

from pipeline.tracking.ownership import OWNER, owner_tag
from pipeline.tracking.publish import publish
from pipeline.tracking.run import EVALUATION, Run, Subject
from pipeline.tracking.store import connect, open_store, own_tag


@pytest.fixture
def old(tmp_path: Path, empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a run, an artifact and a registered model, in a folder with a space."""
    folder = tmp_path / "old place"
    folder.mkdir()
    shutil.copy(empty_store, folder)
    use(folder, monkeypatch)
    record("first")
    client, experiment = connect("gan")
    client.create_run(experiment, run_name="guest", tags={OWNER: "another project"})
    model = client.create_logged_model(experiment, name="generator")
    client.create_registered_model("digits")
    client.create_model_version("digits", source=f"{folder}/mlartifacts/gan/models/{model.model_id}/artifacts")
    return folder


def use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(folder))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def record(key: str) -> str:
    client, experiment = connect("gan")
    run = Run.create(client, experiment, key, Subject(key, {}, {OWNER: own_tag()}, []))
    run.image("samples", np.zeros((4, 4), np.uint8), 1)
    run.finish()
    return str(publish(run, key, EVALUATION, key).info.run_id)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("keep", [False, True], ids=["moved", "copied"])
def test_old_artifacts_are_found_and_new_ones_stay_in_the_folder(old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: bool) -> None:
    new = tmp_path / "new #place"
    shutil.copytree(old, new) if keep else old.rename(new)
    before, known = files(old) if keep else set(), files(new)
    use(new, monkeypatch)
    second = record("second")
    assert (files(old) if keep else set()) == before
    added = files(new) - known
    assert added
    assert all(second in name for name in added)
    client, experiment = connect("gan")
    runs = client.search_runs([experiment])
    assert {run.info.artifact_uri for run in runs} == {f"{(new / 'mlartifacts/gan').as_uri()}/{run.info.run_id}/artifacts" for run in runs}
    for run in runs:
        assert len(client.list_artifacts(run.info.run_id, "images")) == (0 if run.info.run_name == "guest" else 2)
    (model,) = client.search_logged_models([experiment])
    assert model.artifact_location == f"{(new / 'mlartifacts/gan/models').as_uri()}/{model.model_id}/artifacts"
    assert str(client.get_model_version("digits", "1").source).startswith(f"{new}/")
    owners = {run.info.run_name: run.data.tags[OWNER] for run in runs}
    assert owners == {"first": owner_tag(new, shared=False), "second": owner_tag(new, shared=False), "guest": "another project"}


def test_a_store_elsewhere_is_left_as_it_is(old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = tmp_path / "new"
    shutil.copytree(old, new)
    use(tmp_path, monkeypatch)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{new}/mlflow.db")
    content = (new / "mlflow.db").read_bytes()
    open_store()
    assert (new / "mlflow.db").read_bytes() == content


@pytest.fixture(autouse=True)
def _restore_tracking_uri(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mlflow, "set_tracking_uri", lambda _: None)
