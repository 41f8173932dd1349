"""Show the runs in MLflow's UI: `python -m pipeline.tracking.ui --port 5000` (make ui)."""

import sys

import mlflow

from pipeline.files.errors import one_line_errors
from pipeline.tracking.database import database_file
from pipeline.tracking.store import open_store, project_root, store_uri
from pipeline.tracking.ui.server import add_report, application, serve
from pipeline.tracking.ui.table import served_version, table
from pipeline.web.desktop import open_on_a_desktop
from pipeline.web.ports import HOST, free_socket, port_argument

PORT = 5000


def show(port: int) -> None:
    """Serve the UI over the project's store until Ctrl-C; of a store that is a server already, only print the address.

    Raises:
        PipelineError: The port is in use, the store cannot be read, or there are no runs yet.
    """
    uri = store_uri()
    if uri.startswith(("http:", "https:")):
        announce(table(uri, uri, served_version(uri)))
        return
    file = database_file(uri)
    if file is None or file.is_file():
        open_store()  # before MLflow reads it, which would change an older database at once
    waiting = free_socket(port, "make ui")
    server = f"http://{HOST}:{waiting.getsockname()[1]}"
    runs = table(uri, server, mlflow.__version__)
    app = add_report(application(uri, project_root() / "mlartifacts"), project_root() / "artifacts/report/index.html")
    print(f"report page: {server}/report/")
    announce(runs)  # a browser that asks before the server answers waits at the socket
    print("There, `Override saved view`, pressed once, keeps columns and charts when you come back from a run. Ctrl-C ends the server.", flush=True)
    serve(app, waiting)


def announce(runs: str) -> None:
    """Print the address of the table of runs, and open it where there is a desktop."""
    print(f"table of runs: {runs}", flush=True)
    open_on_a_desktop(runs)


if __name__ == "__main__":
    with one_line_errors():
        show(port_argument(sys.argv[1:], "ui", PORT))
