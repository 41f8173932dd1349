"""Take the screenshots of docs/images/ui/ in a headless Chromium over `make ui`: `python -m benchmarks.screenshots`.

The runs of `answer-0` and `modern-0` must be in the project's store, as `make run` leaves them.
"""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from benchmarks.chromium import chromium
from benchmarks.servers import free_port
from pipeline.files.artifacts import staged_file
from pipeline.files.errors import PipelineError, one_line_errors

IMAGES = Path("docs/images/ui")
COLOURS = 256
expect.set_options(timeout=30_000)  # milliseconds; a busy machine draws slowly
SIZE: ViewportSize = {"width": 1720, "height": 780}
TALL: ViewportSize = {"width": 1720, "height": 1300}  # the whole description of a run


@contextmanager
def ui(folder: Path) -> Iterator[str]:
    """`make ui` in a project's folder at any free port; gives the address of the table of runs, and ends the server as Ctrl-C does."""
    command = [sys.executable, "-m", "pipeline.tracking.ui", "--port", str(free_port())]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
        try:
            address = next((line.split()[-1] for line in server.stdout or () if line.startswith("table of runs: ")), None)
            if address is None:
                raise PipelineError("expected `make ui` to start, received the error above")
            yield address
        finally:
            server.send_signal(signal.SIGINT)


def open_table(page: Page, address: str) -> None:
    """Open the table of runs, and close the assistant that MLflow opens at the first visit."""
    page.goto(address)
    expect(page.get_by_role("link", name=re.compile(r"-\d+")).first).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).click()


def open_run(page: Page, name: str) -> None:
    """From the table to the page of a run."""
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("tab", name="Overview")).to_be_visible()


def open_charts(page: Page) -> None:
    """From a run's overview to its charts."""
    page.get_by_role("tab", name="Model metrics").click()
    expect(sections(page).first).to_be_visible()


def move_slider(page: Page, steps: int) -> None:
    """Move the slider of the first picture by so many epochs."""
    slider = page.get_by_role("slider").first
    slider.scroll_into_view_if_needed()
    for _ in range(steps):
        slider.press("ArrowRight")


def compare(page: Page, *names: str) -> None:
    """From the table to the charts of these runs alone: hide all, and show each by the eye beside its name."""
    page.locator("label", has=page.locator("input[name=runs-view-mode][value=CHART]")).click()
    page.get_by_role("button", name="Toggle visibility of runs").click()
    page.get_by_text("Hide all runs").click()
    for name in names:
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))
        row.locator("label", has_text="Unhide run").click()
    expect(sections(page).first).to_be_visible()


def sections(page: Page) -> Locator:
    """The headings of the sections of charts."""
    return page.get_by_test_id("experiment-view-compare-runs-section-header")


def scroll_to(page: Page, section: str) -> None:
    """Bring a section's heading to the top of the charts."""
    heading = sections(page).filter(has_text=re.compile(rf"^{section}\s*\("))
    heading.evaluate("node => node.scrollIntoView({block: 'start'})")


def save(page: Page, name: str) -> None:
    """Write what the page shows as a small PNG, once its charts are drawn."""
    page.wait_for_timeout(3000)
    path = IMAGES / f"{name}.png"
    path.parent.mkdir(exist_ok=True)
    with staged_file(path) as partial:
        Image.open(BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(partial, "PNG", optimize=True)
    print(f"{path}: {path.stat().st_size // 1024} KiB")


def take(runs: str, browser: Browser) -> None:
    """Take all of them; `runs` is the address of the table."""
    page = browser.new_page(viewport=SIZE)
    open_table(page, runs)
    save(page, "table")
    compare(page, "modern-0", "answer-0")
    scroll_to(page, "losses")
    save(page, "compare")
    page = browser.new_page(viewport=TALL)
    open_table(page, runs)
    open_run(page, "answer-0")
    page.get_by_text("Show more").first.click()
    save(page, "run")


if __name__ == "__main__":
    with one_line_errors(), ui(Path()) as runs, chromium() as browser:
        take(runs, browser)
