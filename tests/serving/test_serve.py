"""The champion over HTTP: what it answers, what it refuses and in which words, how it starts and ends; and the model without this package."""

import base64
import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import mlflow
import numpy as np
import pytest
import requests
from PIL import Image

from benchmarks.servers import free_port
from pipeline.files.errors import PipelineError
from pipeline.serving.__main__ import main
from tests.conftest import ROOT
from tests.project import ENVIRONMENT, accept_interrupts, run
from tests.tracking.conftest import client, empty_store

__all__ = ["client", "empty_store"]
PAGE = (ROOT / "docs/how-to/serve.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:5001"  # on the page


class Served(NamedTuple):
    """A project whose champion is served."""

    project: Path
    address: str
    process: subprocess.Popen[str]

    def ask(self, *wanted: dict[str, Any]) -> Any:
        answer = requests.post(f"{self.address}/invocations", json={"inputs": wanted}, timeout=60)
        assert answer.ok, answer.text
        return answer.json()["predictions"]


def start(project: Path, port: int, folder: Path) -> Served:
    """`make serve` in a session of its own, when it answers."""
    command = [sys.executable, "-m", "pipeline.serving", "serve", "--port", str(port)]
    environment = ENVIRONMENT | {"TMPDIR": str(folder)}
    options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "preexec_fn": accept_interrupts}
    process = subprocess.Popen(command, cwd=project, env=environment, start_new_session=True, **options)
    assert process.stdout
    printed = []
    for line in process.stdout:
        printed.append(line)
        if f"it answers on http://127.0.0.1:{port}/invocations" in line:
            return Served(project, f"http://127.0.0.1:{port}", process)
    pytest.fail("".join(printed))


@pytest.fixture(scope="module")
def promoted(finished_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small trained project with a champion."""
    project = tmp_path_factory.mktemp("serving") / "project"
    shutil.copytree(finished_project, project, symlinks=True, ignore=shutil.ignore_patterns("mlflow.db*", "mlartifacts"))
    for command in (("-m", "pipeline.tracking"), ("-m", "pipeline.serving", "promote", "modern-0")):
        ended = run(project, sys.executable, *command)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "modern-0, version 1 of gan-generator, is the champion now" in ended.stdout
    return project


@pytest.fixture(scope="module")
def served(promoted: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for the tests that only ask it."""
    server = start(promoted, free_port(), tmp_path_factory.mktemp("temporary"))
    yield server
    server.process.terminate()
    server.process.communicate()


def test_without_a_champion_it_says_how_to_make_one(client: mlflow.MlflowClient) -> None:
    client.search_experiments()
    with pytest.raises(PipelineError, match=r"expected a champion, found none .*; `make promote CELL=modern-0` makes one"):
        main(["serve", "--port", str(free_port())])


def test_a_port_in_use_is_named_with_a_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PipelineError, match=rf"port {port} of 127.0.0.1: expected a free port, .*`make serve PORT={port + 10}`"):
            main(["serve", "--port", str(port)])


@pytest.mark.parametrize("words", [["--port"], ["--port", "x"], ["--port", "0"], ["--port", "65536"], ["5001"]])
def test_a_wrong_port_is_refused(words: list[str]) -> None:
    with pytest.raises(PipelineError, match=f"serve: expected nothing or `--port` and a number from 1 to 65535, received {' '.join(words)}"):
        main(["serve", *words])


@pytest.mark.parametrize(("words", "received"), [([], "nothing"), (["sreve"], "sreve; the nearest known is serve")])
def test_an_unknown_command_is_refused(words: list[str], received: str) -> None:
    with pytest.raises(PipelineError, match=f"expected one of promote, .*received {received}"):
        main(words)


@pytest.mark.slow
def test_it_gives_digits_by_class_number_and_seed(served: Served) -> None:
    wanted = {"digit": 7, "count": 4, "seed": 3}
    (png,) = served.ask(wanted | {"format": "png"})
    (array,) = served.ask(wanted | {"format": "array"})
    images = [np.asarray(Image.open(io.BytesIO(base64.b64decode(image)))) for image in png["png"]]
    assert np.shape(array["array"]) == (4, 28, 28)
    assert (np.array(images) == array["array"]).all()
    assert served.ask(wanted) == served.ask(wanted | {"format": "png"}) == [png]
    assert served.ask(wanted | {"count": 1})[0]["png"] == png["png"][:1]


@pytest.mark.slow
def test_it_answers_no_host_but_this_machine(served: Served) -> None:
    answer = requests.post(f"{served.address}/invocations", json={"inputs": [{"digit": 7}]}, headers={"Host": "attacker.example:5001"}, timeout=60)
    assert answer.status_code == 403
    assert requests.get(f"{served.address}/ping", headers={"Host": "attacker.example"}, timeout=60).status_code == 403


@pytest.mark.slow
def test_many_at_the_same_time_get_the_same_answers(served: Served) -> None:
    alone = [served.ask({"digit": number % 10, "seed": number}) for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda number: served.ask({"digit": number % 10, "seed": number}), range(40)))
    assert together == alone


@pytest.mark.slow
def test_the_server_answers_what_the_model_answers_where_this_package_is_missing(served: Served, tmp_path: Path) -> None:
    program = """
import sys
try:
    import pipeline
except ModuleNotFoundError:
    pass
else:
    sys.exit(f"expected no package of this name, found {pipeline.__file__}")
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.pyfunc.load_model("models:/gan-generator@champion")
print(model.predict([{"digit": 7, "count": 2, "seed": 5}])[0].png)
assert not [name for name in sys.modules if name.split(".")[0] == "pipeline"]
"""
    command = [sys.executable, "-P", "-c", program, f"sqlite:///{served.project}/mlflow.db"]
    ended = subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == str(served.ask({"digit": 7, "count": 2, "seed": 5})[0]["png"])


TABLE = re.findall(r"^\| `([^`]*)` \| `([^`]*)` \|$", PAGE, re.MULTILINE)


@pytest.mark.slow
def test_every_refused_request_of_the_page_gets_the_sentence_that_the_page_shows(served: Served) -> None:
    assert len(TABLE) >= 10
    for body, sentence in TABLE:
        answer = requests.post(f"{served.address}/invocations", body, headers={"Content-Type": "application/json"}, timeout=60)
        assert answer.status_code == 400, body
        assert sentence in answer.json()["message"], body
        assert "Traceback" not in answer.text


@pytest.mark.slow
def test_nothing_of_the_stored_model_is_a_pickle(served: Served) -> None:
    mlflow.set_tracking_uri(f"sqlite:///{served.project}/mlflow.db")
    folder = Path(mlflow.artifacts.download_artifacts(artifact_uri="models:/gan-generator@champion", dst_path=str(served.project / "champion")))
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"MLmodel", "generator_model.py", "artifacts/generator.keras"} <= files
    assert {Path(name).suffix for name in files} <= {"", ".py", ".keras", ".json", ".yaml", ".txt"}


@pytest.mark.slow
def test_the_example_that_is_stored_with_the_model_is_answered(served: Served) -> None:
    mlflow.set_tracking_uri(f"sqlite:///{served.project}/mlflow.db")
    model = mlflow.pyfunc.load_model("models:/gan-generator@champion")
    assert model.input_example == [{"digit": 7, "count": 1, "seed": 0, "format": "png"}]
    assert served.ask(*model.input_example) == served.ask({"digit": 7})
    inputs = model.metadata.signature.inputs.to_dict()[0]["properties"]
    assert {name: kind["type"] for name, kind in inputs.items()} == {
        "digit": "long",
        "count": "long",
        "seed": "long",
        "format": "string",
        "latents": "array",
    }


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_without_leaving_anything_behind(promoted: Path, tmp_path: Path, number: signal.Signals) -> None:
    port = free_port()
    server = start(promoted, port, tmp_path)
    os.killpg(server.process.pid, number) if number == signal.SIGINT else server.process.send_signal(number)  # Ctrl-C reaches the whole group
    printed, _ = server.process.communicate(timeout=60)
    assert server.process.returncode == 0, printed
    assert "the server has ended" in printed
    assert "Traceback" not in printed
    with pytest.raises(ProcessLookupError):
        os.killpg(server.process.pid, 0)
    with socket.socket() as again:
        assert again.connect_ex(("127.0.0.1", port)) != 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_commands_of_the_page_run_against_a_server(served: Served) -> None:
    blocks = re.findall(r"^```(sh|python)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    ran = 0
    for language, content in blocks:
        text = content.replace(ADDRESS, served.address)
        if language == "sh" and text.startswith(("make ", "pip ")):
            continue  # the fixtures run `promote` and `serve`
        command = ["bash", "-euo", "pipefail", "-c", text] if language == "sh" else [sys.executable, "-c", text]
        ended = subprocess.run(command, cwd=served.project, env=ENVIRONMENT, capture_output=True, text=True)
        assert ended.returncode == 0, text + ended.stdout + ended.stderr
        ran += 1
    assert ran >= 4
    assert (served.project / "seven.png").read_bytes() == base64.b64decode(served.ask({"digit": 7, "seed": 0})[0]["png"][0])
