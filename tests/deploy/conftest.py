"""What tests of deploy/ share: a PostgreSQL, and a team's server on it, made by the scripts."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.team.postgres import Postgres
from benchmarks.team.server import TeamServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """It fails where PostgreSQL is not installed."""
    with contextlib.closing(Postgres(durable=False)) as made:
        yield made


@pytest.fixture(scope="session")
def made(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> TeamServer:
    """A server with its database and tables, which is not started."""
    server = TeamServer(tmp_path_factory.mktemp("team") / "server", postgres, MLFLOW_WORKERS="2")
    server.make_database()
    server.run("migrate.sh")
    return server


@pytest.fixture(scope="session")
def server(made: TeamServer) -> Iterator[TeamServer]:
    """The same, started."""
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What writers log as a cell's generator."""
    folder = tmp_path_factory.mktemp("generator")
    (folder / "MLmodel").write_text("flavors: {}\n")
    (folder / "generator.keras").write_bytes(bytes(range(256)) * 40)
    return folder
