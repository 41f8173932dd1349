"""A PostgreSQL server of this machine's packages on loopback, in a folder of its own; as root it runs as the user `postgres`."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.servers import free_port
from pipeline.files.errors import PipelineError

PLACES = "/usr/lib/postgresql/*/bin"  # Debian's, one folder per version
USER = "postgres"  # the administrator in the database and, where this process is root, the user who runs it


def binaries() -> Path:
    """The folder with PostgreSQL's programs, of the newest version.

    Raises:
        PipelineError: There is none.
    """
    found = [path.parent for path in Path("/").glob(f"{PLACES[1:]}/initdb")]
    if elsewhere := shutil.which("initdb"):
        found.append(Path(elsewhere).resolve().parent)
    if not found:
        raise PipelineError(f"PostgreSQL: expected initdb in {PLACES} or on PATH, found none; install it: apt-get install postgresql")
    return max(found, key=lambda path: [int(part) for part in path.parent.name.split(".") if part.isdecimal()])


class Postgres:
    """Started when it is made; `close` ends it and removes its folder.

    Args:
        durable: Whether it waits for the disk, as it does by default.
    """

    def __init__(self, durable: bool = True) -> None:
        self.programs, self.port = binaries(), free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))  # its socket's path must be short
        self.owner: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam(USER)
            self.owner = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        with contextlib.ExitStack() as undo:
            undo.callback(shutil.rmtree, self.folder)
            self._run("initdb", "--pgdata", self.data, "--username", USER, "--auth-local", "trust", "--auth-host", "scram-sha-256", "--no-sync")
            options = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self.folder}{'' if durable else ' -F'}"
            self._run("pg_ctl", "--pgdata", self.data, "--wait", "--log", f"{self.folder}/log", "--options", options, "start")
            undo.pop_all()

    @property
    def data(self) -> str:
        """Where its data are."""
        return f"{self.folder}/data"

    def close(self) -> None:
        """End the server, and remove all that it holds."""
        self._run("pg_ctl", "--pgdata", self.data, "--wait", "--mode", "immediate", "stop")
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        with tempfile.TemporaryFile("w+") as printed:  # the server keeps it open
            ended = subprocess.run(command, cwd="/", env=environment, stdout=printed, stderr=subprocess.STDOUT, start_new_session=True, **self.owner)
            printed.seek(0)
            if ended.returncode:
                raise PipelineError(f"{program}: expected a PostgreSQL in {self.folder}, received: {' '.join(printed.read().split())}")
