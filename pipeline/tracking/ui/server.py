"""MLflow's server over the project's store, with the report page beside it under /report/."""

import os
import socket
import warnings
from contextlib import suppress
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from mlflow.environment_variables import MLFLOW_SERVER_ALLOWED_HOSTS

from pipeline.web.hosts import NAMES

NO_REPORT = "<!DOCTYPE html><title>No report yet</title><p>There is no report yet: <code>make run</code> writes it. Then load this page again.</p>"


def application(store: str, artifacts: Path) -> FastAPI:
    """MLflow's application over this store, as `mlflow server --allowed-hosts` runs it.

    Without the option MLflow answers hosts whose names begin like a private address too, such as 10.example.org.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow imports a part of Starlette that will be removed
        from mlflow.server.fastapi_app import create_fastapi_app
    from mlflow.server.handlers import initialize_backend_stores

    os.environ.setdefault(MLFLOW_SERVER_ALLOWED_HOSTS.name, ",".join((*NAMES, *(f"{name}:*" for name in NAMES))))
    initialize_backend_stores(store, store, artifacts.as_uri())
    return create_fastapi_app()


def add_report(app: FastAPI, report: Path) -> FastAPI:
    """The application with the file `report` as its page /report/; while there is none, the page says how to make one."""

    def page() -> Response:
        return FileResponse(report, headers={"Cache-Control": "no-cache"}) if report.is_file() else HTMLResponse(NO_REPORT)

    routes = app.router.routes
    everything_else = routes.pop()  # MLflow's own pages; routes are tried in order
    app.add_api_route("/report/", page, methods=["GET"])
    app.add_api_route("/report", lambda: RedirectResponse("/report/"), methods=["GET"])
    routes.append(everything_else)
    return app


def serve(app: FastAPI, waiting: socket.socket) -> None:
    """Answer at the socket until Ctrl-C or SIGTERM; what is being answered then has two seconds to end."""
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
    with waiting, suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[waiting])
