"""Show the runs in MLflow's UI: `python -m pipeline.tracking.ui --port 5000` (make ui)."""

import argparse
import os
import sys
import webbrowser
from collections.abc import Mapping

import mlflow

from pipeline.files.errors import one_line_errors
from pipeline.tracking.store import project_root, store_uri
from pipeline.tracking.ui.server import HOST, add_report, application, free_socket, serve
from pipeline.tracking.ui.table import served_version, table


def show(port: int) -> None:
    """Serve the UI over the project's store until Ctrl-C; of a store that is a server already, only print the address.

    Raises:
        PipelineError: The port is in use, the store cannot be read, or there are no runs yet.
    """
    uri = store_uri()
    if uri.startswith(("http:", "https:")):
        announce(table(uri, uri, served_version(uri)))
        return
    waiting = free_socket(port)
    server = f"http://{HOST}:{waiting.getsockname()[1]}"
    runs = table(uri, server, mlflow.__version__)
    app = add_report(application(uri, project_root() / "mlartifacts"), project_root() / "artifacts/report/index.html")
    print(f"report page: {server}/report/")
    announce(runs)  # a browser that asks before the server answers waits at the socket
    print("Ctrl-C ends the server.", flush=True)
    serve(app, waiting)


def announce(runs: str) -> None:
    """Print the address of the table of runs, and open it where there is a desktop."""
    print(f"table of runs: {runs}", flush=True)
    if has_desktop(sys.platform, os.environ):
        webbrowser.open(runs)


def has_desktop(platform: str, environment: Mapping[str, str]) -> bool:
    """Whether a browser can be opened where the user sees it: not over SSH, and not on a Linux without a display.

    >>> has_desktop("linux", {"DISPLAY": ":0"}), has_desktop("linux", {}), has_desktop("darwin", {"SSH_CONNECTION": "1"})
    (True, False, False)
    """
    display = platform == "darwin" or environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    return bool(display) and "SSH_CONNECTION" not in environment


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m pipeline.tracking.ui", description=__doc__)
    parser.add_argument("--port", type=int, default=5000, help="the port on 127.0.0.1; 0 takes any free port")
    with one_line_errors():
        show(parser.parse_args().port)
