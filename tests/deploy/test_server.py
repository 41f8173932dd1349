"""A team's server on a real PostgreSQL, made by the scripts of deploy/: who is let in, what arrives, what is removed, back-ups."""

import http.client
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import closing
from pathlib import Path

import mlflow
import pytest

from benchmarks.team import records
from benchmarks.team.projects import EPOCHS, make_project
from benchmarks.team.server import TeamServer
from benchmarks.team.side_by_side import Writer, report_at_once
from benchmarks.torture.processes import wait_until
from pipeline.tracking.store import GANS
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

EXPERIMENTS = "/api/2.0/mlflow/experiments/search"


def status(server: TeamServer, account: str = "", path: str = EXPERIMENTS, **headers: str) -> int:
    """The status of an answer; `account` is NAME:PASSWORD."""
    sent = headers | ({"Authorization": f"Basic {b64encode(account.encode()).decode()}"} if account else {})
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, 30)) as asked:
        if path == EXPERIMENTS:
            asked.request("POST", path, '{"max_results": 1}', sent | {"Content-Type": "application/json"})
        else:
            asked.request("GET", path, headers=sent)
        return asked.getresponse().status


def test_it_answers_those_with_a_password_under_its_own_name(server: TeamServer) -> None:
    right = f"admin:{server.environment['MLFLOW_AUTH_ADMIN_PASSWORD']}"
    assert status(server, right) == 200
    assert [status(server, wrong) for wrong in ("", f"{right}x", "admin:password1234")] == [401, 401, 401]
    assert status(server, path="/") == 401
    assert status(server, path="/health") == 200
    assert status(server, right, Host=server.name) == 200
    assert [status(server, right, Host=wrong) for wrong in ("another.example.org", f"another.example.org:{server.port}")] == [403, 403]


def test_a_page_of_another_site_may_not_ask_it(server: TeamServer) -> None:
    """The UI asks with POST, and its own site must be allowed to."""
    right = f"admin:{server.environment['MLFLOW_AUTH_ADMIN_PASSWORD']}"
    assert status(server, right, Origin=f"http://{server.name}") == 200
    assert status(server, right, Origin="https://another.example.org") == 403


def test_writers_report_at_once_and_nothing_is_lost(server: TeamServer, generator: Path, tmp_path: Path) -> None:
    """Each with an account of its own: they share MLflow's experiments, which one of them has made."""
    projects = {
        tmp_path / name: make_project(tmp_path / name, range(start, end)) for start, end, name in ((0, 2, "anna"), (2, 3, "ben"), (3, 4, "cleo"))
    }
    writers = [Writer(project, generator, server.add_user(project.name)) for project in projects]
    done = report_at_once(writers)
    assert done.warnings == []
    assert [row["recorded"] for each in done.reported for row in each.rows] == [True] * 4
    with records.database(server.environment) as connection:
        assert [line for project, cells in projects.items() for line in records.lost(connection, project, cells)] == []
        made = connection.execute("SELECT count(*), count(DISTINCT experiment_id) FROM runs WHERE status = 'FINISHED'").fetchone()
        assert made == (4, 1)
        (run,) = connection.execute("SELECT run_uuid FROM runs WHERE name = 'modern-2'").fetchone() or ()
        connection.execute("DELETE FROM metrics WHERE run_uuid = %s AND key = 'losses/g_loss' AND step = %s", [run, EPOCHS])
        assert records.lost(connection, tmp_path / "ben", projects[tmp_path / "ben"]) == [f"modern-2: losses/g_loss at {EPOCHS}"]
        connection.rollback()


def test_a_restart_while_writers_report_loses_nothing(server: TeamServer, generator: Path, tmp_path: Path) -> None:
    """What a writer could not record is completed from the files, as `python -m pipeline.tracking` does it."""
    projects = {tmp_path / name: make_project(tmp_path / name, range(seed, seed + 1)) for seed, name in ((10, "dora"), (11, "emil"))}
    accounts = {project: server.add_user(project.name) for project in projects}

    def restart() -> None:
        with records.database(server.environment) as connection:
            connection.autocommit = True
            begun = "SELECT count(*) FROM runs WHERE name IN ('modern-10', 'modern-11') AND status = 'RUNNING'"
            assert wait_until(lambda: connection.execute(begun).fetchone() == (2,), 60)
        server.stop()
        assert all(writer.process.poll() is None for writer in writers)
        server.start()

    writers = [Writer(project, generator, accounts[project], 0.5) for project in projects]
    done = report_at_once(writers, restart)
    assert len(done.warnings) >= 1
    assert all(line.startswith("warning: the run was not recorded in MLflow") for line in done.warnings)
    with records.database(server.environment) as connection:
        assert [line for project, cells in projects.items() for line in records.lost(connection, project, cells)] != []
    again = report_at_once([Writer(project, generator, accounts[project], 0.0, "rebuild") for project in projects])
    assert [row["recorded"] for each in again.reported for row in each.rows] == [True] * 2
    with records.database(server.environment) as connection:
        assert [line for project, cells in projects.items() for line in records.lost(connection, project, cells)] == []


def test_what_was_deleted_is_removed_after_its_days(server: TeamServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run with its artifacts and its generator; a registered generator stays."""
    for name, value in server.add_user("frida").items():
        monkeypatch.setenv(name, value)
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(server.uri)
    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name(GANS)
    assert experiment
    both = [client.search_runs([experiment.experiment_id], f"attributes.run_name = 'modern-{seed}'")[0] for seed in (0, 1)]
    models = [run.outputs.model_outputs[0].model_id for run in both if run.outputs]
    mlflow.register_model(f"models:/{models[1]}", "kept")
    for run in both:
        client.delete_run(run.info.run_id)
    mlflow.set_tracking_uri(before)
    folder = server.folder / "artifacts" / experiment.experiment_id
    places = [folder / both[0].info.run_id, folder / both[1].info.run_id, folder / "models" / models[0], folder / "models" / models[1]]
    assert all(list(place.rglob("*.*")) for place in places)
    server.run("remove-old.sh", "1")
    with records.database(server.environment) as connection:
        stages = connection.execute("SELECT lifecycle_stage FROM logged_models WHERE model_id = ANY(%s)", [models]).fetchall()
        assert stages == [("active",)] * 2  # as long as their runs can be restored
    assert all(list(place.rglob("*.*")) for place in places)
    time.sleep(0.01)
    server.run("remove-old.sh", "0")
    assert [bool(list(place.rglob("*.*"))) for place in places] == [False, False, False, True]
    with records.database(server.environment) as connection:
        left = connection.execute("SELECT model_id FROM logged_models WHERE model_id = ANY(%s)", [models]).fetchall()
        assert left == [(models[1],)]
        assert connection.execute("SELECT count(*) FROM metrics WHERE run_uuid = %s", [both[0].info.run_id]).fetchone() == (0,)


def test_a_wrong_password_of_the_administrator_removes_nothing_and_makes_no_account(server: TeamServer) -> None:
    for script, word in (("remove-old.sh", "0"), ("add-user.sh", "gustav")):
        ended = server.attempt(script, word, MLFLOW_AUTH_ADMIN_PASSWORD="wrong")
        assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
        assert "401" in ended.stderr


def test_a_server_that_has_no_artifact_yet_can_be_backed_up(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, ROOT / "deploy/artifacts.py", tmp_path / "none", tmp_path / "copy"], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert list((tmp_path / "copy").iterdir()) == []


def test_a_back_up_is_restored_with_every_row_and_every_byte(server: TeamServer, tmp_path: Path) -> None:
    copy, restored = tmp_path / "copy", {"PGDATABASE": "restored", "MLFLOW_ARTIFACTS_DESTINATION": str(tmp_path / "artifacts")}
    upload = server.folder / "artifacts" / ".artifact.uploading.1"  # as the server calls what it has not received to its end
    upload.parent.mkdir(exist_ok=True)
    upload.write_bytes(b"half")
    server.run("back-up.sh", str(copy))
    upload.unlink()
    server.make_database(**restored)
    server.run("restore.sh", str(copy), **restored)
    with records.database(server.environment) as one, records.database(server.environment, dbname="restored") as two:
        before, after = records.contents(one), records.contents(two)
    assert before == after
    assert all(before[table] for table in ("runs", "params", "metrics", "tags", "users", "logged_models", "datasets"))
    assert _files(server.folder / "artifacts") == _files(tmp_path / "artifacts") != {}
    for script, words in (("back-up.sh", "expected a name that is free"), ("restore.sh", "expected an empty one")):
        ended = server.attempt(script, str(copy), **restored)
        assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
        assert words in ended.stderr
    assert server.attempt("server.sh", MLFLOW_WORKERS="99", **restored).stderr.startswith("error: connections: expected at most")


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
