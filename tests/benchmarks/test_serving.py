"""The speed of a server is measured with real requests: a row per case and number of connections, and no answer but 200 counts."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from benchmarks.serving import CASES, CONNECTIONS, measure, one_round
from pipeline.files.errors import PipelineError


class Handler(BaseHTTPRequestHandler):
    """A server of known speed: 20 ms for images, nothing for `/ping`."""

    protocol_version = "HTTP/1.1"
    waiting = threading.Event()

    def do_GET(self) -> None:
        self._answer(200)

    def do_POST(self) -> None:
        (request,) = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["inputs"]
        self.waiting.wait(0.02)
        self._answer(200 if set(request) == {"digit", "count", "seed"} and request["count"] < 1000 else 400)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_rows_hold_what_the_server_takes(port: int) -> None:
    rows = {(row["request"], row["connections"]): row for row in measure(port, rounds=1, requests=8)}
    assert list(rows) == [(case, connections) for case in CASES for connections in CONNECTIONS]
    alone, together = (rows["one image", connections] for connections in CONNECTIONS)
    assert 20 <= alone["median_ms"] <= alone["p99_ms"]
    assert alone["requests_per_second"] <= 50
    assert together["requests_per_second"] <= 4 * 50
    assert rows["nothing (/ping)", 1]["median_ms"] < alone["median_ms"]


def test_a_refusal_is_not_counted(port: int) -> None:
    with pytest.raises(PipelineError, match="expected status 200, received 400"):
        one_round(port, count=1000, connections=1, requests=1)
