"""The system's Chromium without a window, for measurements, screenshots and tests of pages."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from pipeline.files.errors import PipelineError

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run")
SILENT = ("--disable-background-networking", "--disable-component-update", "--disable-sync")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that lasts as long as the block, and that asks for nothing but what the page asks for."""
    if PROGRAM is None:
        raise PipelineError("expected the program chromium on the PATH, found none; install it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=[*OPTIONS, *SILENT])
        try:
            yield browser
        finally:
            browser.close()
