"""What the scripts of deploy/ refuse: in one line, with a status that is not 0."""

import shlex
import stat
from pathlib import Path

import psycopg
import pytest

from benchmarks.servers import free_port
from benchmarks.team import postgres as packages
from benchmarks.team import records
from benchmarks.team.server import TeamServer
from pipeline.files.errors import PipelineError

pytestmark = pytest.mark.slow
SECRETS = ("PGPASSWORD", "MLFLOW_AUTH_ADMIN_PASSWORD", "MLFLOW_FLASK_SERVER_SECRET_KEY")


def refusal(server: TeamServer, script: str, *arguments: str, **changes: str) -> str:
    """The one line that a script prints before it fails."""
    ended = server.attempt(script, *arguments, **changes)
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert ended.stderr.startswith("error: ")
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert not any(server.environment[name] in ended.stderr for name in SECRETS)
    return ended.stderr


@pytest.mark.parametrize("name", SECRETS)
def test_a_server_without_a_secret_does_not_start(made: TeamServer, name: str) -> None:
    assert f"{name}: expected a value in the environment, received none" in refusal(made, "server.sh", **{name: ""})


@pytest.mark.parametrize("script", ["make-database.sh", "migrate.sh", "back-up.sh", "restore.sh", "remove-old.sh"])
def test_no_script_goes_on_without_the_password(made: TeamServer, script: str) -> None:
    assert "PGPASSWORD: expected a value" in refusal(made, script, PGPASSWORD="")


@pytest.mark.parametrize("script", ["migrate.sh", "server.sh", "back-up.sh", "restore.sh", "remove-old.sh"])
def test_a_database_that_does_not_answer(made: TeamServer, script: str, tmp_path: Path) -> None:
    (tmp_path / "database.dump").touch()
    argument = {"back-up.sh": [str(tmp_path / "new")], "restore.sh": [str(tmp_path)], "remove-old.sh": ["30"]}.get(script, [])
    line = refusal(made, script, *argument, PGPORT=str(free_port()))
    assert "PostgreSQL: expected an answer from 127.0.0.1:" in line
    assert "Connection refused" in line
    assert "password authentication failed" in refusal(made, script, *argument, PGPASSWORD="wrong")
    assert not (tmp_path / "new").exists()


def test_tables_of_another_version(made: TeamServer) -> None:
    other = {"PGDATABASE": "other"}
    made.make_database(**other)
    assert "received none; run deploy/migrate.sh" in refusal(made, "server.sh", **other)
    made.run("migrate.sh", **other)
    for table, script in (("alembic_version", "migrate.sh"), ("alembic_version", "server.sh"), ("alembic_version_auth", "server.sh")):
        with records.database(made.environment, dbname="other") as connection:
            (before,) = connection.execute(f"SELECT version_num FROM {table}").fetchone() or ("",)
            connection.execute(f"UPDATE {table} SET version_num = 'ffffffffffff'")
        line = refusal(made, script, **other)
        assert f"{table}: expected a version that MLflow" in line
        assert "received ffffffffffff; install the MLflow that made it" in line
        with records.database(made.environment, dbname="other") as connection:
            connection.execute(f"UPDATE {table} SET version_num = %s", [before])


def test_connections_that_postgresql_does_not_allow(made: TeamServer) -> None:
    line = refusal(made, "server.sh", MLFLOW_WORKERS="6")
    assert (
        "expected at most 97 (PostgreSQL's max_connections less those of its administrator), received 114: (6 workers x 3 pools + 1) x (2 + 4)"
        in line
    )
    line = refusal(made, "server.sh", MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW="0")  # for which MLflow would take a default of its own
    assert "MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW: expected a whole number of at least 1, received '0'" in line


@pytest.mark.parametrize("words", [[], ["mlflow.example.org"], ["https://mlflow.example.org/mlflow"], ["https://a b"]])
def test_an_address_that_is_none(made: TeamServer, words: list[str]) -> None:
    assert "expected an address such as https://mlflow.example.org" in refusal(made, "new-settings.sh", *words)


def test_settings_are_written_once_for_their_owner_with_new_passwords(made: TeamServer) -> None:
    path = made.folder / "deploy/.env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "expected no such file" in refusal(made, "new-settings.sh", "https://mlflow.example.org")
    values = dict(line.split("=", 1) for line in path.read_text().splitlines() if not line.startswith("#"))
    secrets = [values[name] for name in (*SECRETS, "POSTGRES_PASSWORD")]
    assert len(set(secrets)) == 4
    assert all(len(secret) == 48 for secret in secrets)
    assert all(shlex.split(value) == [value] for value in values.values())  # the same for a shell, for systemd and for compose


@pytest.mark.parametrize(
    "arguments", [("back-up.sh",), ("restore.sh",), ("restore.sh", "/nowhere"), ("remove-old.sh",), ("remove-old.sh", "30d"), ("add-user.sh", "a b")]
)
def test_arguments_that_are_none(made: TeamServer, arguments: tuple[str, ...]) -> None:
    assert "expected" in refusal(made, *arguments)


def test_the_database_is_closed_to_other_users(made: TeamServer) -> None:
    with psycopg.connect(
        host=str(made.postgres.folder), port=made.postgres.port, user="postgres", dbname="postgres", autocommit=True
    ) as administrator:
        administrator.execute("CREATE ROLE other LOGIN PASSWORD 'x'")
    with pytest.raises(psycopg.OperationalError, match="permission denied"), records.database(made.environment, user="other", password="x"):
        pass


def test_a_password_that_is_set_again_counts(made: TeamServer) -> None:
    changed = "quote ' \" \\ $x % end"
    made.make_database(PGPASSWORD=changed)
    with records.database(made.environment, password=changed) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert "password authentication failed" in refusal(made, "migrate.sh")
    made.make_database()


def test_a_machine_without_postgresql_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "PLACES", "/nowhere/*/bin")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(PipelineError, match="expected initdb in"):
        packages.binaries()
