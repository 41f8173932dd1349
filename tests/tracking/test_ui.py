"""What `make ui` says and writes before its server runs: the view, the addresses, and why there is none. test_ui_browser.py opens the pages."""

import base64
import json
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import zlib
from collections import Counter
from collections.abc import Awaitable
from contextlib import closing
from pathlib import Path
from typing import Any

import mlflow
import pytest
import requests
import uvicorn
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from mlflow import MlflowClient
from mlflow.entities import Experiment
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from pipeline.files.errors import PipelineError
from pipeline.metrics.score_names import HEADLINE_SCORES
from pipeline.tracking.ui import colours
from pipeline.tracking.ui.__main__ import show
from pipeline.tracking.ui.charts import sections
from pipeline.tracking.ui.colours import TAG as COLOUR
from pipeline.tracking.ui.colours import colour_runs
from pipeline.tracking.ui.server import add_report
from pipeline.tracking.ui.table import find_runs, served_version, table
from pipeline.tracking.ui.view import CELLS, CHECKED_WITH, COLUMNS, QUALITY, TAG, address, view_state, view_tag
from pipeline.web.ports import free_socket
from tests.conftest import ROOT

BUNDLE = Path(mlflow.__file__).parent / "server/js/build/static/js"


@pytest.fixture
def store(recorded: Path, tmp_path: Path) -> str:
    """A copy of the store with runs, to be written to."""
    shutil.copy(recorded / "mlflow.db", tmp_path)
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


def experiment_of(store: str) -> Experiment:
    found = MlflowClient(store).get_experiment_by_name("gan")
    assert found is not None
    return found


def unpacked(tag: str) -> dict[str, Any]:
    """The state in a tag, as MLflow's UI reads it."""
    state = json.loads(tag)["state"]
    assert isinstance(state, str)
    read: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(state.removeprefix("deflate;"))))
    return read


def test_the_columns_are_variant_seed_diagnosis_headline_scores_and_cost() -> None:
    state = view_state()
    assert state["selectedColumns"] == list(COLUMNS)
    assert state["columnOrder"][-len(COLUMNS) :] == list(COLUMNS)
    named = [column.split("`")[1].split("/")[-1] for column in COLUMNS]
    assert named == ["variant", "seed", "diagnosis", *HEADLINE_SCORES, "training_seconds"]
    assert (state["orderByKey"], state["orderByAsc"]) == (QUALITY, True)


def test_headline_scores_come_first_and_every_chart_has_a_section() -> None:
    assert [section.name for section in sections() if section.is_open] == [
        "headline scores",
        "losses",
        "scores_by_epoch",
        "diagnosis",
        "samples",
        "settings",
    ]
    state = view_state()
    assert [chart["metricKey"] for chart in state["compareRunCharts"][:8]] == [f"scores/{name}" for name in HEADLINE_SCORES]
    assert {chart["metricSectionId"] for chart in state["compareRunCharts"]} <= {section["uuid"] for section in state["compareRunSections"]}
    assert len({chart["uuid"] for chart in state["compareRunCharts"]}) == len(state["compareRunCharts"])


def test_the_tag_holds_the_state_and_fits_into_the_store(store: str) -> None:
    tag = view_tag(experiment_of(store))
    assert unpacked(tag) == view_state()
    assert len(tag) < 5000  # what MLflow's database keeps of a tag of an experiment
    assert json.loads(tag)["createdAt"] == experiment_of(store).creation_time


def test_the_installed_ui_knows_every_word_of_the_view() -> None:
    """Where a word is gone, look how the UI keeps its views now, change view.py, and set CHECKED_WITH."""
    bundle = "".join(path.read_text(encoding="utf-8") for path in BUNDLE.glob("*.js"))
    state = view_state()
    words = {*state, *(key for part in ("compareRunCharts", "compareRunSections") for item in state[part] for key in item)}
    words |= {"viewStateShareKey", "workflowType", "machine_learning", "mlflow.sharedViewState.", "deflate;", "createdAt", "runDateAndNestInfo"}
    assert [word for word in sorted(words) if word not in bundle] == []
    assert mlflow.__version__.startswith(f"{CHECKED_WITH}.")


def test_the_view_is_written_once(store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shown = table(store, "http://127.0.0.1:5000", mlflow.__version__)
    experiment = experiment_of(store)
    assert shown == address("http://127.0.0.1:5000", experiment, with_view=True)
    assert shown.endswith(f"/#/experiments/{experiment.experiment_id}/runs?workflowType=machine_learning&viewStateShareKey=quality")
    assert experiment.tags[TAG] == view_tag(experiment)
    monkeypatch.setattr(MlflowClient, "set_experiment_tag", lambda *_: pytest.fail("written again"))
    assert table(store, "http://127.0.0.1:5000", mlflow.__version__) == shown
    assert capsys.readouterr().err == ""


def test_runs_get_colours_of_their_own_and_keep_those_that_they_have(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client, experiment = MlflowClient(store), experiment_of(store)

    def coloured() -> dict[str, str | None]:
        return {run.info.run_name: run.data.tags.get(COLOUR) for run in client.search_runs([experiment.experiment_id], CELLS)}

    monkeypatch.setattr(colours, "COLOURS", ("red", "green", "blue"))
    first = client.search_runs([experiment.experiment_id], CELLS)[0]
    client.set_tag(first.info.run_id, COLOUR, "green")
    colour_runs(client, experiment)
    before = coloured()
    assert before[first.info.run_name] == "green"
    assert sorted(Counter(before.values()).values()) == [1, 2, 2]
    monkeypatch.setattr(MlflowClient, "set_tag", lambda *_: pytest.fail("coloured again"))
    colour_runs(client, experiment)
    assert coloured() == before


@pytest.mark.parametrize("version", ["3.16.0", "3.18.0", "4.0.0", "unknown"])
def test_another_version_gets_the_plain_table_and_one_warning(store: str, version: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert table(store, "http://127.0.0.1:5000", version).endswith("/runs?workflowType=machine_learning")
    assert TAG not in experiment_of(store).tags
    (warning,) = capsys.readouterr().err.splitlines()
    assert warning.startswith("warning: ")
    assert version in warning


def test_an_older_store_is_refused_before_mlflow_would_change_it(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = Path(store.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '451aebb31d03'")
    before = file.read_bytes()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    with pytest.raises(PipelineError, match=r"expected tables of version .*, received version 451aebb31d03; copy it, then run `mlflow db upgrade"):
        show(0)
    assert file.read_bytes() == before


def test_no_store_yet(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"received none; `make run` makes some"):
        find_runs(f"sqlite:///{tmp_path / 'mlflow.db'}")
    assert list(tmp_path.iterdir()) == []


def test_no_runs_yet(empty_store: Path) -> None:
    with pytest.raises(PipelineError, match=r"received none; `make run` makes some"):
        find_runs(f"sqlite:///{empty_store}")


def test_a_store_of_another_version_is_told_with_its_remedy(store: str) -> None:
    path = store.removeprefix("sqlite:///")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '0123456789ab'")
    database.close()
    with pytest.raises(PipelineError) as told:
        find_runs(store)
    assert f"`mlflow db upgrade {store}`" in str(told.value)
    assert "a newer MLflow wrote it" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("uri", ["sqlite:///{folder}/other", "file://{folder}", "http://127.0.0.1:9", "nonsense://here"])
def test_what_is_no_store_is_told_in_a_line(uri: str, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("no database " * 100)
    with pytest.raises(PipelineError, match=r"expected a store of MLflow.*name another store by MLFLOW_TRACKING_URI") as told:
        find_runs(uri.format(folder=tmp_path))
    assert "\n" not in str(told.value)


def test_a_port_in_use_is_named_with_the_way_out() -> None:
    with free_socket(0, "make ui") as taken:
        port = taken.getsockname()[1]
        refusal = rf"^port {port} of .*: expected a free port, received: Address already in use; .*`make ui PORT={port + 10}`$"
        with pytest.raises(PipelineError, match=refusal):
            free_socket(port, "make ui")


def test_the_report_page_comes_before_the_pages_of_the_other_application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = FastAPI()

    def mlflows(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        account = Headers(scope=scope).get("authorization")
        return PlainTextResponse(account or "MLflow's")(scope, receive, send)

    app.mount("/", mlflows)
    waiting = free_socket(0, "make ui")
    running = uvicorn.Server(uvicorn.Config(add_report(app, tmp_path / "index.html"), log_level="warning"))
    thread = threading.Thread(target=running.run, args=([waiting],))
    thread.start()
    server = f"http://127.0.0.1:{waiting.getsockname()[1]}"
    with waiting, requests.Session() as session:
        assert "make run" in session.get(f"{server}/report/").text
        (tmp_path / "index.html").write_text("<p>the report")
        assert session.get(f"{server}/report/").text == "<p>the report"
        assert session.get(f"{server}/report").text == "<p>the report"  # by a redirect
        assert session.get(f"{server}/reports").text == session.get(server).text == "MLflow's"
        assert served_version(server) == "MLflow's"
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "anna")
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "secret")
        assert served_version(server) == f"Basic {base64.b64encode(b'anna:secret').decode()}"[:20]
        running.should_exit = True
        thread.join()
    assert served_version(server) == "unknown"


def test_the_server_answers_no_host_but_this_machine(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_SERVER_ALLOWED_HOSTS", raising=False)
    program = """
import sys, threading, time
from pathlib import Path
import requests, uvicorn
from pipeline.tracking.ui.server import add_report, application
from pipeline.web.ports import free_socket
waiting = free_socket(0, "make ui")
server = uvicorn.Server(uvicorn.Config(add_report(application(sys.argv[1], Path(sys.argv[2])), Path("none")), log_level="error"))
threading.Thread(target=server.run, args=([waiting],), daemon=True).start()
port = waiting.getsockname()[1]
for host in (f"127.0.0.1:{port}", f"localhost:{port}", "localhost", "attacker.example", "10.attacker.example", f"192.168.1.5:{port}"):
    for path in ("/report/", "/ajax-api/2.0/mlflow/experiments/search?max_results=1"):
        print(host.split(":")[0], requests.get(f"http://127.0.0.1:{port}{path}", headers={"Host": host}, timeout=60).status_code)
server.should_exit = True
"""
    ended = subprocess.run([sys.executable, "-c", program, store, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    answers = dict(line.rsplit(" ", 1) for line in ended.stdout.splitlines())
    assert answers == {"127.0.0.1": "200", "localhost": "200", "attacker.example": "403", "10.attacker.example": "403", "192.168.1.5": "403"}
    assert len(ended.stdout.splitlines()) == 12


def test_an_error_is_one_line_and_a_status(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, "-m", "pipeline.tracking.ui", "--port", str(taken.getsockname()[1])]
        ended = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: port ")
    assert len(ended.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
