"""A team's server as deploy/ makes it: its settings, its database, its tables, and the server on a port of loopback."""

import contextlib
import http.client
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.servers import free_port
from benchmarks.team.postgres import Postgres
from benchmarks.torture.processes import Process, wait_until
from pipeline.files.errors import PipelineError

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
STARTS = 300.0  # seconds in which the server must answer, on a busy machine
NOT_COPIED = (".env", "__pycache__", "backups")


class TeamServer:
    """A copy of deploy/ in a folder, with the settings of a new server on this PostgreSQL; other settings as keywords, MLFLOW_WORKERS="2"."""

    def __init__(self, folder: Path, postgres: Postgres, **settings: str) -> None:
        self.folder, self.postgres, self.port = folder, postgres, free_port()
        self.process: Process | None = None
        shutil.copytree(DEPLOY, folder / "deploy", ignore=shutil.ignore_patterns(*NOT_COPIED))
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "PG", "DVC_"))}
        self.environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{self.environment['PATH']}"
        self.run("new-settings.sh", f"http://{self.name}")
        lines = (folder / "deploy/.env").read_text(encoding="utf-8").splitlines()
        self.environment |= dict(shlex.split(line)[0].split("=", 1) for line in lines if not line.startswith("#"))
        self.environment |= {"PGPORT": str(postgres.port), "MLFLOW_PORT": str(self.port), "MLFLOW_ARTIFACTS_DESTINATION": str(folder / "artifacts")}
        self.environment |= settings

    @property
    def uri(self) -> str:
        """Its address on this machine."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def name(self) -> str:
        """What a team would type, if there were such a name."""
        return f"team.example.org:{self.port}"

    def attempt(self, script: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run a script of deploy/, with some settings changed; one that is empty is removed."""
        environment = {name: value for name, value in (self.environment | changes).items() if value}
        return subprocess.run([str(self.folder / "deploy" / script), *arguments], cwd=self.folder, env=environment, capture_output=True, text=True)

    def run(self, script: str, *arguments: str, **changes: str) -> str:
        """The same for one that must succeed; returns what it printed.

        Raises:
            PipelineError: It fails.
        """
        ended = self.attempt(script, *arguments, **changes)
        if ended.returncode:
            raise PipelineError(f"deploy/{script}: expected status 0, received {ended.returncode}: {' '.join(ended.stderr.split())}")
        return ended.stdout

    def make_database(self, **changes: str) -> None:
        """The database and its user."""
        self.run("make-database.sh", "--host", str(self.postgres.folder), **changes)

    def start(self) -> None:
        """Start the server, and wait until it answers.

        Raises:
            PipelineError: It does not.
        """
        self.process = Process([str(self.folder / "deploy/server.sh")], self.folder, self.environment, self.folder / "printed")
        process = self.process
        if not wait_until(lambda: self._answers() or not process.runs(), STARTS) or not process.runs():
            raise PipelineError(f"deploy/server.sh: expected an answer on {self.uri}, received none: {process.end(1).errors[-500:]}")

    def stop(self) -> None:
        """End the server, if it runs."""
        if self.process:
            self.process.popen.terminate()
            self.process.end(20)
            self.process = None

    def add_user(self, name: str) -> dict[str, str]:
        """A new account: the variables with which a project reports to the server."""
        printed = shlex.split(self.run("add-user.sh", name))[1:]
        return {"MLFLOW_TRACKING_URI": self.uri} | dict(word.split("=", 1) for word in printed)

    def _answers(self) -> bool:
        with (
            contextlib.suppress(OSError, http.client.HTTPException),
            contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, 2)) as asked,
        ):
            asked.request("GET", "/health")
            return asked.getresponse().status == 200
        return False


@contextlib.contextmanager
def team_server(folder: Path, durable: bool = True, **settings: str) -> Iterator[TeamServer]:
    """A new server that answers, until the block has ended."""
    with contextlib.closing(Postgres(durable)) as postgres:
        server = TeamServer(folder, postgres, **settings)
        server.make_database()
        server.run("migrate.sh")
        try:
            server.start()
            yield server
        finally:
            server.stop()
