"""An MLflow server behind a gate on loopback that can be shut, silent, slow or failing, each at any moment."""

import contextlib
import http.client
import shutil
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.torture.processes import LONGEST, Process, wait_until
from benchmarks.torture.projects import environment

SLOW = 2.0  # seconds per request
STARTS = LONGEST  # seconds in which the server must answer
HOP = ("connection", "transfer-encoding", "keep-alive", "content-length", "date", "server")


def free_port() -> int:
    """A port of loopback that nobody has now."""
    with socket.socket() as waiting:
        waiting.bind(("127.0.0.1", 0))
        return int(waiting.getsockname()[1])


class FaultyServer:
    """A real server, and the gate before it; `mode` is open, absent, hung, slow or failing."""

    def __init__(self, folder: Path, empty_store: Path) -> None:
        folder.mkdir(parents=True)
        self.folder, self.store, self.port = folder, folder / "server.db", free_port()
        shutil.copy(empty_store, self.store)
        self.real = free_port()
        self.mode = "absent"
        self.gate: _Gate | None = None
        self.released = threading.Event()
        self._start_server()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _start_server(self) -> None:
        words = ["mlflow", "server", "--host", "127.0.0.1", "--port", str(self.real), "--workers", "1"]
        words += ["--backend-store-uri", f"sqlite:///{self.store}", "--artifacts-destination", str(self.folder / "artifacts")]
        command = [sys.executable, "-m", *words]
        self.server = Process(
            command, self.folder, environment(self.folder / "log", PYTHONPATH="", MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false"), self.folder / "printed"
        )

    def ready(self) -> None:
        """Wait until the real server answers.

        Raises:
            RuntimeError: It does not.
        """

        def answers() -> bool:
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.real, timeout=2)
                connection.request("GET", "/health")
                return connection.getresponse().status == 200
            return False

        if not wait_until(answers, STARTS):
            raise RuntimeError(f"the MLflow server did not start: {self.server.end(1).errors[-500:]}")

    def set_mode(self, mode: str) -> None:
        """Open or shut the gate, or let it misbehave."""
        self.mode = mode
        if mode != "hung":
            self.released.set()  # what hangs now may go
        else:
            self.released.clear()
        if mode == "absent" and self.gate:
            self.gate.shutdown()
            self.gate.server_close()
            self.gate = None
        elif mode != "absent" and self.gate is None:
            self.gate = _Gate(("127.0.0.1", self.port), _handler(self))
            threading.Thread(target=self.gate.serve_forever, args=(0.05,), daemon=True).start()

    def restart(self) -> None:
        """End the real server, and start it again; the gate is shut meanwhile."""
        self.set_mode("absent")
        self.server.kill()
        self.server.end(10)
        self._start_server()
        self.ready()
        self.set_mode("open")

    def close(self) -> None:
        self.set_mode("absent")
        self.server.kill()
        self.server.end(10)


class _Gate(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gave up is part of the trial."""


def _handler(faulty: FaultyServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if faulty.mode == "hung":
                faulty.released.wait()
                return
            if faulty.mode == "slow":
                time.sleep(SLOW)
            if faulty.mode == "failing":
                self._answer(500, [("Content-Type", "text/html")], b"<html>Internal Server Error</html>")
                return
            connection = http.client.HTTPConnection("127.0.0.1", faulty.real, timeout=60)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in (*HOP, "host")}
            connection.request(self.command, self.path, body, headers)
            response = connection.getresponse()
            self._answer(response.status, response.getheaders(), response.read())

        def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _pass_on  # noqa: N815 (names of the library)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
