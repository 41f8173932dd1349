"""The champion over HTTP: the server of `mlflow models serve`, on this machine alone. `python -m pipeline.serving serve [--port 5001]`."""

import ctypes
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import mlflow
from mlflow.pyfunc.scoring_server import get_cmd

from pipeline.files.errors import PipelineError
from pipeline.serving.registry import ADDRESS, MODEL, champion, one_line_store_errors
from pipeline.tracking.store import GANS, connect
from pipeline.web.ports import HOST, port_argument, require_free

PORT = 5001
APPLICATION = "pipeline.serving.application:application"
PR_SET_PDEATHSIG = 1  # of linux/prctl.h
REQUEST_SECONDS = 60  # the longest request; 1000 images take less than a second
SECONDS_TO_END = 10  # until a server that was asked to end is killed
QUIET = {"UVICORN_LOG_LEVEL": "warning", "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
NOTICES = (b"WARNING: All log messages before absl", b"I0000 ")  # TensorFlow's at its import, which no setting stops


def run(arguments: list[str]) -> None:
    """Serve the champion until Ctrl-C, or until the process is terminated."""
    port = port_argument(arguments, "serve", PORT)
    require_free(port, "make serve")
    with tempfile.TemporaryDirectory() as folder:
        with one_line_store_errors():
            model = _champion_in(Path(folder))
        serve(model, port)


def _champion_in(folder: Path) -> Path:
    """A copy of the champion, so that a later promotion changes nothing under a running server."""
    client, _ = connect(GANS)
    version = champion(client)
    if version is None:
        raise PipelineError(f"serve: expected a champion, found none among the versions of {MODEL}; `make promote CELL=modern-0` makes one")
    print(f"{ADDRESS} is version {version.version}, {version.tags.get('cell', 'registered by hand')}", flush=True)
    return Path(mlflow.artifacts.download_artifacts(artifact_uri=ADDRESS, dst_path=str(folder)))


def serve(model: Path, port: int) -> None:
    """Run the server of a model's folder until it ends or is interrupted.

    Raises:
        PipelineError: The server ended by itself.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # to be terminated is a server's usual end, like Ctrl-C
    os.environ.update({name: value for name, value in QUIET.items() if name not in os.environ})
    server = _start(model, port)
    Thread(target=_pass_on, args=(server.stderr,), daemon=True).start()
    try:
        if _answers(server, port):
            print(f"it answers on http://{HOST}:{port}/invocations; Ctrl-C ends it", flush=True)
        server.wait()
    except KeyboardInterrupt:
        print("\nthe server has ended")
        return
    finally:
        _end(server)
    raise PipelineError(f"serve: expected the server to run until Ctrl-C, received exit status {server.returncode}; its own message is above")


def _start(model: Path, port: int) -> subprocess.Popen[bytes]:
    """Start what `mlflow models serve` starts, with the application that looks at a request's host in the place of MLflow's."""
    command, environment = get_cmd(str(model), port, HOST, REQUEST_SECONDS, 1)  # type: ignore[arg-type]  # the host is a text, whatever MLflow says
    words = [sys.executable, "-m", *shlex.split(command)[:-1], APPLICATION, "--factory"]
    return subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, preexec_fn=_end_with_its_parent)


def _end_with_its_parent() -> None:
    """On Linux: receive SIGTERM when the process that started this one ends in whatever way."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _pass_on(errors: Iterable[bytes]) -> None:
    for line in errors:
        if not line.startswith(NOTICES):
            print(line.decode(errors="replace"), end="", file=sys.stderr, flush=True)


def _answers(server: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server has loaded the model, which is true, or has ended."""
    while server.poll() is None:
        connection = HTTPConnection(HOST, port, timeout=1)
        try:
            connection.request("GET", "/ping")
            if connection.getresponse().status == 200:
                return True
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    return False


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
