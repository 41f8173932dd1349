"""The page beside MLflow at one origin, as `make ui` serves it: each cell leads to its run."""

import functools
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from mlflow import MlflowClient
from playwright import sync_api

from pipeline.evaluation.files import evaluation_hash
from tests.browser import NEEDS_CHROMIUM
from tests.project import ENVIRONMENT
from tests.report.conftest import Tree

pytestmark = [pytest.mark.slow, NEEDS_CHROMIUM]


@pytest.fixture(scope="module")
def server(made: Tree, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """MLflow with a run of `answer-0`, an older run of its variant that has the same tag, and no other."""
    folder = tmp_path_factory.mktemp("mlflow")
    store = f"sqlite:///{folder / 'mlflow.db'}"
    client = MlflowClient(store)
    experiment = client.create_experiment("gan")
    tag = {"pipeline.evaluation": evaluation_hash(made.folder / "evaluation/answer-0")}
    client.create_run(experiment, run_name="answer-0", tags=tag | {"pipeline.kind": "cell"}, start_time=1)
    client.create_run(experiment, run_name="answer", tags=tag | {"pipeline.kind": "variant"}, start_time=2)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["mlflow", "server", "--backend-store-uri", store, "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    started = subprocess.Popen([sys.executable, "-m", *command], cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address)
        yield address
    finally:
        started.terminate()
        started.wait()


def _wait_for(address: str) -> None:
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/health").close()
            return
        except OSError:
            time.sleep(0.5)
    raise TimeoutError(address)


@pytest.fixture
def page(browser: sync_api.Browser, server: str, made: Tree, written: str) -> Iterator[sync_api.Page]:
    """The page under /report/ of MLflow's own server; none of its requests fails, and its own lines log no message."""
    page = browser.new_page()
    failed: list[str] = []
    messages: list[str] = []
    page.on("response", lambda answer: failed.append(f"{answer.status} {answer.url}") if _refused(answer) else None)
    page.on("console", lambda message: messages.append(message.text) if "/report/" in message.location["url"] else None)
    page.route(f"{server}/report/", lambda route: route.fulfill(path=made.folder / "report.html", content_type="text/html"))
    page.goto(f"{server}/report/#cell-answer-0")
    yield page
    page.close()
    assert (failed, messages) == ([], [])


def _refused(answer: sync_api.Response) -> bool:
    """Whether a request of the report's page failed; MLflow's own page, which a click opens, makes requests of its own."""
    return answer.status >= 400 and "/report/" in answer.request.headers.get("referer", "")


def test_a_click_on_a_cells_run_lands_on_it(page: sync_api.Page, server: str) -> None:
    row = page.locator("#cell-answer-0")
    sync_api.expect(row.locator("input")).to_have_count(0)
    row.get_by_role("link", name="answer-0").click()
    run = MlflowClient(server).search_runs(["1"], "attributes.run_name = 'answer-0'")[0]
    page.wait_for_url(f"{server}/#/experiments/1/runs/{run.info.run_id}?workflowType=machine_learning")
    sync_api.expect(page.get_by_text("answer-0").first).to_be_visible(timeout=30_000)


def test_a_cell_without_a_run_keeps_its_text_and_says_what_records_it(page: sync_api.Page) -> None:
    row = page.locator("#cell-answer-1")
    sync_api.expect(row.locator("[role=status]")).to_have_text("MLflow has no such run; python -m pipeline.tracking records it")
    assert row.locator("input").input_value().startswith("tags.`pipeline.evaluation` = '")
    assert row.get_by_role("link").count() == 0


def test_a_search_that_fails_is_not_called_a_missing_run(browser: sync_api.Browser, server: str, made: Tree, written: str) -> None:
    page = browser.new_page()
    page.route(f"{server}/report/", lambda route: route.fulfill(path=made.folder / "report.html", content_type="text/html"))
    page.route("**/runs/search", lambda route: route.fulfill(status=500, json={"error_code": "INTERNAL_ERROR"}))
    with page.expect_response(_refused):
        page.goto(f"{server}/report/")
    sync_api.expect(page.locator("#variant-answer .runs")).to_contain_text("The server of this page did not answer with MLflow's runs.")
    sync_api.expect(page.locator("#cell-answer-1 [role=status]")).to_have_text("")
    page.close()


def test_a_server_without_mlflow_is_named_and_the_texts_stay(browser: sync_api.Browser, made: Tree, written: str) -> None:
    handler = functools.partial(_Quiet, directory=str(made.folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        page = browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"http://127.0.0.1:{other.server_port}/report.html")
        note = page.locator("#variant-answer .runs")
        sync_api.expect(note).to_contain_text("The server of this page did not answer with MLflow's runs.")
        sync_api.expect(note).to_contain_text("make ui")
        assert page.locator("#cell-answer-0 input").count() == 1
        page.close()
        other.shutdown()
    assert errors == []


class _Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and prints no line per request."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""
