"""MLflow's real UI in a headless Chromium: the table, a run, two runs compared. Where CI is set, a missing Chromium is a failure."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright import sync_api

from benchmarks.screenshots import compare, move_slider, open_charts, open_run, open_table, scroll_to, sections
from benchmarks.servers import free_port
from pipeline.tracking.ui.view import COLUMNS, address
from tests.browser import NEEDS_CHROMIUM
from tests.conftest import ROOT
from tests.tracking.recorded import CELLS
from tests.tracking.test_ui import experiment_of

CHOSEN = ["Run Name", "Created", *(column.split("`")[1] for column in COLUMNS)]
pytestmark = [pytest.mark.slow, NEEDS_CHROMIUM]


def start(folder: Path) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "MLFLOW_TRACKING_URI", "DVC_ROOT")}
    command = [sys.executable, "-m", "pipeline.tracking.ui", "--port", str(free_port())]
    return subprocess.Popen(
        command, cwd=folder, env=environment | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def addresses(server: subprocess.Popen[str]) -> tuple[str, str]:
    """Of the report page and of the table of runs, as the server prints them."""
    assert server.stdout is not None
    report, runs, advice = (server.stdout.readline() for _ in range(3))
    assert (report.split(":")[0], runs.split(":")[0]) == ("report page", "table of runs")
    assert advice.endswith("Ctrl-C ends the server.\n")
    return report.split()[-1], runs.split()[-1]


@pytest.fixture(scope="module")
def runs(recorded: Path) -> Iterator[str]:
    """The address of the table of runs that `make ui` prints; Ctrl-C then ends the server without an error."""
    server = start(recorded)
    yield addresses(server)[1]
    server.send_signal(signal.SIGINT)
    printed, told = server.communicate(timeout=30)
    assert (server.returncode, printed) == (0, "")
    assert [line for line in told.splitlines() if "elsewhere.example" not in line] == []


@pytest.fixture
def page(browser: sync_api.Browser, runs: str) -> Iterator[sync_api.Page]:
    """The table of runs, in a browser that was never here; at the end nothing but the server was asked for anything, and nothing failed."""
    context = browser.new_context(viewport={"width": 2600, "height": 1200})
    page, problems, origin = context.new_page(), list[str](), runs.split("#")[0]
    page.on("request", lambda request: None if request.url.startswith((origin, "data:", "blob:")) else problems.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    open_table(page, runs)
    yield page
    context.close()
    assert problems == []


def columns(page: sync_api.Page) -> list[str]:
    """The headings from left to right, up to the duration, which MLflow shows last in every table."""
    page.get_by_test_id("sort-header-time/training_seconds").wait_for()
    headings = page.locator(".ag-header-row-column .ag-header-cell")
    placed = headings.evaluate_all("nodes => nodes.map(node => [node.getBoundingClientRect().x, node.innerText.trim().split('\\n')[0]])")
    return [text for _, text in sorted(placed) if text not in ("", "Duration")]


def names(page: sync_api.Page) -> list[str]:
    """The runs from top to bottom."""
    rows = page.locator(".ag-row").filter(has=page.get_by_role("link", name=re.compile(r"-\d")))
    placed = rows.evaluate_all("nodes => nodes.map(node => [Number(node.getAttribute('row-index')), node.querySelector('a').innerText])")
    return [text for _, text in sorted(placed)]


def lines(chart: sync_api.Locator) -> int:
    """How many colours the lines of a chart have: as many as it shows runs."""
    strokes = chart.locator(".scatterlayer .js-line").evaluate_all("nodes => nodes.map(node => getComputedStyle(node).stroke)")
    return len(set(strokes))


def test_the_table_has_its_columns_and_the_best_run_first(page: sync_api.Page) -> None:
    assert columns(page) == CHOSEN
    assert names(page) == [cell.name for cell in sorted(CELLS, key=lambda cell: cell.distance)]
    sync_api.expect(page.get_by_role("link", name="Model registry")).to_be_visible()  # one of the pages for model training
    sync_api.expect(page.get_by_test_id("saved-views-trigger")).to_have_text("by quality")


def test_a_view_made_ones_own_stays_when_one_comes_back_from_a_run(page: sync_api.Page) -> None:
    page.get_by_role("button", name="Override saved view").click()
    sync_api.expect(page.get_by_role("button", name="Override saved view")).to_have_count(0)
    open_run(page, "modern-0")
    page.go_back()
    assert columns(page) == CHOSEN


def test_a_run_shows_its_losses_as_lines_its_scores_as_numbers_and_its_samples_by_epoch(page: sync_api.Page) -> None:
    open_run(page, "modern-1")
    table = page.get_by_role("row").filter(has_text="scores/frechet_distance")
    sync_api.expect(table).to_contain_text("9.5")
    open_charts(page)
    losses = page.get_by_test_id("experiment-view-compare-runs-card").filter(has_text=re.compile("^d_loss"))
    scroll_to(page, "losses")
    losses.locator(".js-line").first.wait_for()
    assert lines(losses) == 1
    score = page.get_by_test_id("experiment-view-compare-runs-card").filter(has_text=re.compile("^frechet_distance"))
    scroll_to(page, "scores")
    sync_api.expect(score.locator(".barlayer .bartext")).to_have_text("9.50")
    scroll_to(page, "Model metrics")  # where MLflow puts what has no group
    picture = page.locator("img[src*='get-artifact']")
    sync_api.expect(picture).to_have_attribute("src", re.compile(r"step%2B0"))
    move_slider(page, 2)
    sync_api.expect(picture).to_have_attribute("src", re.compile(r"step%2B2"))


def test_two_runs_are_compared_with_their_losses_in_one_chart(page: sync_api.Page) -> None:
    compare(page, "asker-0", "modern-1")
    shown = [text.split("\n")[0] for text in sections(page).all_inner_texts()]
    assert shown == ["headline scores", "losses", "scores_by_epoch", "diagnosis", "samples", "settings", "scores", "spread", "real_reference", "time"]
    scroll_to(page, "losses")
    for loss in ("losses/d_loss", "losses/g_loss"):
        chart = page.get_by_test_id("experiment-view-compare-runs-card").filter(has_text=loss).first
        sync_api.expect(chart).to_contain_text(f"asker-0 ({loss})")
        sync_api.expect(chart).to_contain_text(f"modern-1 ({loss})")
        chart.locator(".js-line").first.wait_for()
        assert lines(chart) == 2
    scroll_to(page, "settings")
    difference = page.get_by_test_id("experiment-view-compare-runs-card").filter(has_text="gan.network")
    sync_api.expect(difference).to_contain_text("mlp")
    sync_api.expect(difference).to_contain_text("dcgan")


def test_the_report_page_and_a_second_make_ui_over_the_running_server(recorded: Path, runs: str) -> None:
    server = runs.split("/#")[0]
    assert "make run" in requests.get(f"{server}/report/").text
    assert requests.get(f"{server}/report/", headers={"Host": "elsewhere.example"}).status_code == 403  # MLflow's guard stands before it too
    command, environment = [sys.executable, "-m", "pipeline.tracking.ui"], {"PYTHONPATH": str(ROOT), "MLFLOW_TRACKING_URI": server}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=recorded)
    experiment = experiment_of(f"sqlite:///{recorded / 'mlflow.db'}")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"table of runs: {address(server, experiment, with_view=True)}\n", "")
