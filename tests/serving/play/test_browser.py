"""The page in Chromium, by mouse, by keyboard and on a phone; its networks against Keras. Where CI is set, a missing Chromium or npm is a failure."""

import math
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright import sync_api

from benchmarks.play import click_milliseconds, largest_differences, served
from benchmarks.servers import free_port
from pipeline.serving.play.cells import trained_cells
from pipeline.serving.play.site import make_site
from tests.browser import NEEDS_CHROMIUM
from tests.project import ENVIRONMENT, accept_interrupts
from tests.serving.play.sfc32 import latent

NEEDS_NPM = pytest.mark.skipif(shutil.which("npm") is None and not os.environ.get("CI"), reason="no npm on this machine")
pytestmark = [pytest.mark.slow, NEEDS_CHROMIUM, NEEDS_NPM]
TARGETS = "a:visible, button, select, input[type=number], input[type=range], #pad, .choices label, .pictures label"
TOO_SMALL = "(all) => all.map((one) => [one.outerHTML, one.getBoundingClientRect()]).filter(([, box]) => box.width < 40 || box.height < 40)"


@pytest.fixture(scope="module")
def address(made_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site of untrained cells, served."""
    site = tmp_path_factory.mktemp("site")
    with chdir(made_project):
        make_site(Path("artifacts"), site)
    with served(site) as address:
        yield address


@pytest.fixture(params=[(1280, 900), (380, 800)], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: sync_api.Browser, address: str) -> Iterator[sync_api.Page]:
    """The page once it has drawn; at the end it has logged no message, and asked no other server."""
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda sent: None if sent.url.startswith((address, "data:")) else messages.append(sent.url))
    page.on("response", lambda got: messages.append(f"{got.status} {got.url}") if got.status >= 400 else None)
    page.goto(f"{address}#cell=modern-0&class=7&seed=12")
    sync_api.expect(page.locator("main")).to_be_visible()
    yield page
    page.close()
    assert messages == []


def picture(page: sync_api.Page, selector: str = "#sample") -> str:
    """The pixels of a canvas, once nothing is drawn any more."""
    page.wait_for_timeout(400)
    return page.locator(selector).first.evaluate("(canvas) => canvas.toDataURL()")


def caption(page: sync_api.Page, text: str) -> None:
    sync_api.expect(page.locator("#caption")).to_have_text(text)


def test_the_networks_are_keras_own_on_1000_latents(browser: sync_api.Browser, address: str, made_project: Path) -> None:
    page = browser.new_page()
    page.goto(address)
    with chdir(made_project):
        cells = trained_cells(Path("artifacts"))
        assert len(cells) == 3
        for trained in cells:
            differences = largest_differences(page, trained, Path("artifacts/classifier/classifier.weights.h5"))
            assert all(0 <= difference < 1e-4 for difference in differences.values()), (trained.cell.name, differences)
    page.close()


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_latents_are_drawn_moved_and_blended_as_documented(browser: sync_api.Browser, address: str, distribution: str) -> None:
    page = browser.new_page()
    page.goto(address)

    def module(function: str, *values: Any) -> Any:
        arrays = "values.map((value) => value?.map ? Float32Array.from(value) : value)"
        code = f'async (values) => Array.from((await import("/latents.mjs")).{function}(...{arrays}))'
        return np.array(page.evaluate(code, [value.tolist() if isinstance(value, np.ndarray) else value for value in values]))

    drawn = [module("latentOf", seed, 100, distribution) for seed in range(50)]
    assert drawn == [pytest.approx(latent(seed, 100, distribution), abs=1e-6) for seed in range(50)]
    assert np.std(drawn) == pytest.approx(1 if distribution == "normal" else 1 / math.sqrt(3), abs=0.03)
    assert np.mean(drawn) == pytest.approx(0, abs=0.05)
    assert abs(np.corrcoef(drawn) - np.eye(50)).max() < 0.5  # neighbouring seeds have nothing in common
    a, b = drawn[:2]
    assert module("between", a, b, 0, distribution) == pytest.approx(a, abs=1e-6)
    assert module("between", a, b, 1, distribution) == pytest.approx(b, abs=1e-6)
    half, straight = module("between", a, b, 0.5, distribution), (a + b) / 2
    if distribution == "uniform":
        assert half == pytest.approx(straight, abs=1e-6)
    else:  # the same way off, and as long as its ends are
        assert half / np.linalg.norm(half) == pytest.approx(straight / np.linalg.norm(straight), abs=1e-6)
        assert np.linalg.norm(half) == pytest.approx(np.linalg.norm([a, b]) / math.sqrt(2), rel=0.02)
    page.close()


def test_a_class_and_a_seed_are_always_the_same_picture(page: sync_api.Page) -> None:
    caption(page, "Class 7. Seed 12.")
    seven = picture(page)
    page.locator("#labels label", has_text="3").click()
    caption(page, "Class 3. Seed 12.")
    assert picture(page) != seven
    page.locator("#new").click()
    page.locator("#seed").fill("12")
    page.locator("#seed").press("Enter")
    page.locator("#labels label", has_text="7").click()
    caption(page, "Class 7. Seed 12.")
    assert picture(page) == seven
    assert page.url.endswith("#cell=modern-0&class=7&seed=12")
    page.locator(".pictures label").nth(5).click()
    caption(page, "Class 7. Seed 17.")
    assert picture(page) == picture(page, "#grid label:nth-child(6) canvas") != seven


def test_moving_changes_picture_and_opinions_and_the_way_back_is_exact(page: sync_api.Page) -> None:
    before, opinions = picture(page), page.locator(".opinions").inner_text()
    page.locator("#pad").scroll_into_view_if_needed()
    box = page.locator("#pad").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.1 * box["height"])
    page.mouse.up()
    caption(page, "Class 7. Seed 12, moved.")
    assert picture(page) != before
    assert page.locator(".opinions").inner_text() != opinions
    assert [float(text.replace("\N{MINUS SIGN}", "-")) for text in page.locator("#sliders output").all_inner_texts()] == pytest.approx(
        [2.4, 2.4, 0, 0, 0, 0], abs=0.1
    )
    page.locator("#back").click()
    caption(page, "Class 7. Seed 12.")
    assert (picture(page), page.locator(".opinions").inner_text()) == (before, opinions)


def test_a_blend_begins_with_a_and_ends_with_b(page: sync_api.Page) -> None:
    ends = []
    for place, end in ((2, "#keep-a"), (9, "#keep-b")):
        page.locator(".pictures label").nth(place).click()
        ends.append(picture(page))
        page.locator(end).click()
    shown = []
    for part in ("0", "50", "100"):
        page.locator("#part").fill(part)
        caption(page, f"Class 7. Between A and B: {part} %.")
        shown.append(picture(page))
    assert [shown[0], shown[2]] == ends
    assert shown[1] not in ends


def test_the_classifiers_probabilities_are_of_one_picture(page: sync_api.Page) -> None:
    shares = [int(text.removesuffix(" %")) for text in page.locator("#classes b").all_inner_texts()]
    assert len(shares) == 10
    assert sum(shares) == pytest.approx(100, abs=5)  # each is rounded
    assert page.locator("#classes .best b").inner_text() == f"{max(shares)} %"
    assert page.locator("#gauge-title").inner_text() == "Discriminator (critic value)"


@pytest.mark.parametrize(("cell", "value"), [("answer-0", r"^\d+ % \(logit \S?\d+\.\d\d\)$"), ("asker-0", r"^\d+ %$")])
def test_another_cell_says_what_its_discriminator_gives(page: sync_api.Page, cell: str, value: str) -> None:
    before = picture(page)
    page.locator("#cell").select_option(cell)
    caption(page, "Seed 12.")
    assert picture(page) != before
    assert re.match(value, page.locator("#gauge-value").inner_text())
    assert page.locator("#labels label").all_inner_texts() == ["any"]
    assert ("untrained discriminator" in (page.locator("#gauge-words").text_content() or "")) == (cell == "asker-0")


def test_the_keyboard_does_everything(page: sync_api.Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached: list[str] = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.name"))
        ring = page.evaluate(
            "getComputedStyle(document.activeElement.type === 'radio' ? document.activeElement.parentNode : document.activeElement).outline"
        )
        assert "3px" in ring, f"{reached[-1]} shows no focus"
        if reached[-1] == "part":
            break
    directions = [f"direction-{number}" for number in range(6)]
    assert reached == ["cell", "label", "seed", "new", "sample", "pad", *directions, "back", "keep-a", "keep-b", "part"]
    page.keyboard.press("End")
    caption(page, "Class 7. Between A and B: 100 %.")
    page.keyboard.press("4")
    caption(page, "Class 4. Between A and B: 100 %.")
    page.keyboard.press("n")
    sync_api.expect(page.locator("#caption")).not_to_have_text("Class 4. Seed 12.")
    page.locator("#pad").press("ArrowUp")
    page.locator("#pad").press("Shift+ArrowRight")
    assert page.locator("#sliders output").all_inner_texts()[:2] == ["1.0", "0.3"]
    page.locator("#pad").press("Home")
    assert page.locator("#sliders output").all_inner_texts()[:2] == ["0.0", "0.0"]
    page.locator("#labels input:checked").press("ArrowRight")
    sync_api.expect(page.locator("#caption")).to_contain_text("Class 5. ")
    page.locator("#grid input:checked").press("ArrowRight")
    assert page.locator("#grid input").nth(1).is_checked()


def test_what_is_shown_is_said(page: sync_api.Page) -> None:
    sync_api.expect(page.locator("#spoken")).to_contain_text("Class 7. Seed 12. Discriminator")
    for control in page.locator("button, select, input, [tabindex='0'], canvas[role=img]").all():
        assert control.evaluate(
            "(one) => one.ariaLabel || one.textContent.trim() || one.labels?.[0]?.textContent.trim() || one.getAttribute('aria-label')"
        )


def test_it_fits_and_fingers_find_everything(page: sync_api.Page) -> None:
    assert page.viewport_size
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.locator(".skip").evaluate("(link) => link.remove()")  # for keyboards
    assert page.locator(TARGETS).evaluate_all(TOO_SMALL) == []


def test_the_dark_is_dark_and_nothing_moves_by_itself_for_who_asks(page: sync_api.Page) -> None:
    background, transition = (
        "getComputedStyle(document.body).backgroundColor",
        "getComputedStyle(document.querySelector('.bar i')).transitionDuration",
    )
    light, moving = page.evaluate(background), page.evaluate(transition)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert page.evaluate(background) != light
    assert (moving, page.evaluate(transition)) == ("0.12s", "0s")


def test_a_click_is_measured_to_its_picture(page: sync_api.Page, address: str, made_project: Path) -> None:
    with chdir(made_project):
        best = trained_cells(Path("artifacts"))[0]
    milliseconds = click_milliseconds(page, address, best, 3)
    assert 0 < milliseconds["median"] <= milliseconds["p95"]


def notice(browser: sync_api.Browser, address: str, script: str = "", failing: str = "") -> str:
    """What stands in place of the page."""
    page = browser.new_page()
    page.add_init_script(script)
    if failing:
        page.route(failing, lambda route: route.fulfill(status=404))
    page.goto(address)
    sync_api.expect(page.locator("#notice")).not_to_contain_text("Loading")
    assert page.locator("main").is_hidden()
    text = page.locator("#notice").inner_text()
    page.close()
    return text


def test_without_webassembly_there_is_a_sentence_and_a_way_out(browser: sync_api.Browser, address: str) -> None:
    text = notice(browser, address, "delete globalThis.WebAssembly")
    assert text.startswith("This browser cannot run WebAssembly")
    assert "artifacts/report/index.html" in text


def test_a_network_that_is_gone_is_named(browser: sync_api.Browser, address: str) -> None:
    text = notice(browser, address, failing="**/modern-0/generator.onnx")
    assert "models/modern-0/generator.onnx: expected a file, received status 404" in text
    assert "Stop `make play`, start it again" in text


def test_the_command_plays_what_a_run_has_trained(finished_project: Path, tmp_path: Path, browser: sync_api.Browser) -> None:
    port, project = free_port(), tmp_path / "project"
    shutil.copytree(finished_project, project, symlinks=True)
    command = [sys.executable, "-m", "pipeline.serving", "play", "--port", str(port)]
    options: dict[str, Any] = {"cwd": project, "text": True, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "preexec_fn": accept_interrupts}
    with subprocess.Popen(command, env=without_desktop(), **options) as server:
        try:
            assert server.stdout
            line = next(text for text in server.stdout if text.startswith("http"))
            page = browser.new_page()
            page.goto(line.split()[0])
            sync_api.expect(page.locator("main")).to_be_visible()
            assert sorted(page.locator("#cell option").evaluate_all("(all) => all.map((one) => one.value)")) == ["asker-0", "modern-0"]
            page.close()
            second = subprocess.run(command, cwd=project, env=without_desktop(), capture_output=True, text=True)
            server.send_signal(signal.SIGINT)
            assert server.wait(30) == 0
            assert server.stderr
            assert server.stderr.read() == ""
        finally:
            server.kill()  # nothing, if it has ended
    assert second.returncode == 1
    assert second.stderr.startswith(f"error: port {port} of 127.0.0.1: expected a free port")
    assert second.stderr.count("\n") == 1
    assert subprocess.run(["git", "status", "--porcelain"], cwd=project, capture_output=True, text=True).stdout.count("play") == 0


def without_desktop() -> dict[str, str]:
    return {name: value for name, value in ENVIRONMENT.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
