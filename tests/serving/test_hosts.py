"""Servers of this machine answer nobody who means another: a page whose host was made to lead here gets status 403."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from pipeline.serving import serve
from pipeline.serving.play.server import file_server
from pipeline.web.hosts import REFUSAL, OwnHosts
from tests.conftest import ROOT

FOREIGN = ["attacker.example:5002", "10.attacker.example", "127.0.0.1.attacker.example", "127.0.0.1:5002@attacker.example", "localhost.", "", "[::1]"]
OWN = ["127.0.0.1:5002", "localhost:8080", "LOCALHOST"]


def asked(port: int, *hosts: str) -> tuple[int, bytes]:
    """The answer of a server on the port to a request with these Host headers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest("GET", "/cells.json", skip_host=True)
    for host in hosts:
        connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server of a folder, as `make play` runs it."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "cells.json").write_text("[]")
    with file_server(folder, 0) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize("host", OWN)
def test_the_page_to_play_with_is_for_this_machine(port: int, host: str) -> None:
    assert asked(port, host) == (200, b"[]")


@pytest.mark.parametrize("hosts", [*([host] for host in FOREIGN), [], ["127.0.0.1", "attacker.example"]])
def test_the_page_to_play_with_answers_no_other_host(port: int, hosts: list[str]) -> None:
    status, content = asked(port, *hosts)
    assert status == 403
    assert b"[]" not in content


def test_an_application_gets_only_requests_that_mean_this_machine() -> None:
    reached: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope)

    def ask(kind: str, *hosts: str) -> list[Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request"}

        headers = [(b"host", host.encode()) for host in hosts]
        asyncio.run(OwnHosts(application)({"type": kind, "headers": headers}, receive, send))
        return sent

    for host in OWN:
        assert ask("http", host) == []
    assert len(reached) == len(OWN)
    for hosts in ([*FOREIGN], *([host] for host in FOREIGN), [], ["localhost", "localhost"]):
        start, body = ask("http", *hosts)
        assert (start["status"], body["body"].decode()) == (403, REFUSAL)
    assert len(reached) == len(OWN)
    ask("lifespan")
    assert len(reached) == len(OWN) + 1


def test_the_champions_server_runs_the_application_that_looks_at_hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda words, **_: started.append(words))
    serve._start(tmp_path, 5001)
    assert started == [[sys.executable, "-m", "uvicorn", "--host", "127.0.0.1", "--port", "5001", "--workers", "1", serve.APPLICATION, "--factory"]]
    module, name = serve.APPLICATION.split(":")
    assert f"def {name}() -> OwnHosts:" in (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
