"""`make docs`: a site without warnings, which shows the reference and requests nothing from elsewhere."""

import re
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright import sync_api

from tests.browser import NEEDS_CHROMIUM
from tests.conftest import ROOT
from tests.docs.pages import PAGES
from tests.project import ENVIRONMENT

PARTS = {  # reference page -> some of what it must show
    "doctor": ("examine", "stop_on", "range_mismatch [-1.0, 1.0]"),
    "metrics": ("frechet_distance", "MetricError", "features of real images, (m, d), m > d"),
    "gan": ("train_step", "gradient_penalty", "arXiv:1704.00028"),
    "data": ("find_data_set", "bytes after decompression", "VariantSettings"),
    "tracking": ("MLFLOW_TRACKING_URI",),
}


def test_every_page_is_in_the_sites_contents() -> None:
    contents = (ROOT / "docs/site/mkdocs.yml").read_text()
    assert [page for page in PAGES if not re.search(rf"[- ]{re.escape(page)}$", contents, re.MULTILINE)] == []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built by the command of the Makefile into another folder."""
    folder = tmp_path_factory.mktemp("site")
    (command,) = re.findall(r"@(.*mkdocs build [^&]*)", (ROOT / "Makefile").read_text())
    ended = subprocess.run(f"{command} --site-dir {folder}", shell=True, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout + ended.stderr) == (0, "")
    return folder


@pytest.mark.slow
def test_it_is_built_without_a_warning_and_has_every_page(site: Path) -> None:
    assert all((site / re.sub("README$", "index", page.removesuffix(".md"))).with_suffix(".html").is_file() for page in PAGES)
    assert (site / "benchmarks/results.json").is_file()  # what pages link to


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served: its search needs a server, all else opens from disk."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.slow
@NEEDS_CHROMIUM
def test_it_shows_the_reference_and_requests_nothing_from_elsewhere(address: str, browser: sync_api.Browser) -> None:
    messages: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: None if request.url.startswith((address, "data:", "blob:")) else messages.append(request.url))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.goto(address)
    page.get_by_role("link", name="How to", exact=True).first.click()
    sync_api.expect(page.locator("h1")).to_contain_text("How to")
    page.locator("input[name=query]").press_sequentially("relativistic")
    sync_api.expect(page.locator(".md-search-result__item").first).to_contain_text("relativistic", timeout=30_000)
    for name, parts in PARTS.items():
        page.goto(f"{address}docs/reference/{name}.html")
        shown = page.locator("article").inner_text()
        assert [part for part in parts if part not in shown] == []
    page.close()
    assert messages == []
