"""The page in a browser: opened from disk, used by keyboard, on a phone, in the dark."""

from collections.abc import Iterator

import pytest
from playwright import sync_api

from pipeline.evaluation.files import evaluation_hash
from tests.browser import NEEDS_CHROMIUM
from tests.report.conftest import Tree

pytestmark = [pytest.mark.slow, NEEDS_CHROMIUM]


@pytest.fixture
def page(browser: sync_api.Browser, made: Tree, written: str) -> Iterator[sync_api.Page]:
    """The page once its charts are drawn; at the end it has logged no message and requested nothing."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(("file:", "data:")) else messages.append(request.url))
    page.goto((made.folder / "report.html").as_uri())
    sync_api.expect(page.locator(".chart svg")).to_have_count(8)
    yield page
    page.close()
    assert messages == []


def ranking(page: sync_api.Page) -> list[str]:
    return page.locator("#ranking th a").all_inner_texts()


def test_the_legend_shows_a_variant_alone(page: sync_api.Page) -> None:
    lines = page.locator(".chart").first.locator(".mark-line path")
    sync_api.expect(lines).to_have_count(10)
    page.locator("#overview .legend button", has_text="modern").press("Enter")
    sync_api.expect(lines).to_have_count(2)
    sync_api.expect(page.locator("#curves .chart").first.locator(".mark-line path")).to_have_count(2)
    page.locator("#curves .legend button[aria-pressed=true]").press("Enter")
    sync_api.expect(lines).to_have_count(10)


def test_the_slider_changes_the_picture(page: sync_api.Page) -> None:
    figure = page.locator("#variant-modern .sheets")
    shown = figure.locator("img:visible")
    last = shown.get_attribute("src")
    assert "after epoch 12" in (shown.get_attribute("alt") or "")
    figure.locator("input").press("ArrowLeft")
    sync_api.expect(shown).to_have_count(1)
    assert shown.get_attribute("src") != last
    assert figure.locator("input").get_attribute("aria-valuetext") == "epoch 10"


def test_a_header_sorts_and_the_reference_rows_stay_below(page: sync_api.Page) -> None:
    header = page.locator(".leaderboard th", has_text="Fréchet")
    assert header.get_attribute("aria-sort") == "ascending"
    assert ranking(page) == ["modern", "answer", "dcgan", "asker", "lsgan"]
    header.locator("button").press("Enter")
    assert header.get_attribute("aria-sort") == "descending"
    assert ranking(page) == ["asker", "dcgan", "answer", "modern", "lsgan"]
    page.locator(".leaderboard th button").first.click()
    assert ranking(page) == ["answer", "asker", "dcgan", "lsgan", "modern"]
    assert page.locator("[aria-sort]").count() == 1
    assert page.locator(".leaderboard tbody").last.locator("th").first.inner_text() == "real digits"


def test_the_keyboard_reaches_skip_link_headers_and_slider_in_order(page: sync_api.Page) -> None:
    reached: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.className || document.activeElement.type || document.activeElement.tagName"))
    assert reached[0] == "skip"
    assert reached.index("scroll") < reached.index("button") < reached.index("range")


def test_the_pages_search_text_can_be_copied(page: sync_api.Page, made: Tree) -> None:
    line = page.locator("#cell-answer-0 .copy")
    assert line.locator("input").input_value() == f"tags.`pipeline.evaluation` = '{evaluation_hash(made.folder / 'evaluation/answer-0')}'"
    line.locator("button").click()
    sync_api.expect(page.locator("#cell-answer-0 [role=status]")).not_to_be_empty()


def test_the_first_screen_shows_samples_verdicts_findings_and_losses(page: sync_api.Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    shown = [page.locator("#overview .chart svg").nth(place) for place in (0, 1)]
    asker = page.locator(".cards > li", has=page.get_by_role("link", name="asker"))
    shown += [asker.locator("img"), asker.get_by_text("times larger than answer's"), asker.get_by_text("learning rate")]
    for element in shown:
        box = element.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800


@pytest.mark.parametrize("width", [1280, 1000, 380])
def test_what_is_too_wide_scrolls_inside_itself_and_fades_where_there_is_more(page: sync_api.Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for selector in ("#overview .scroll >> nth=0", "#leaderboard .scroll", "#variant-modern .scroll >> nth=0"):
        box = page.locator(selector)
        hidden = box.evaluate("box => box.scrollWidth - box.clientWidth")
        fades = "box => [...box.attributes].map(({ name }) => name).filter((name) => name.startsWith('data-')).sort()"
        assert box.evaluate(fades) == (["data-after"] if hidden > 1 else [])
        if hidden > 1:
            box.evaluate("box => box.scrollBy({ left: 1e4, behavior: 'instant' })")
            page.wait_for_timeout(100)
            assert box.evaluate(fades) == ["data-before"]
    if width == 1280:
        assert page.locator("#leaderboard .scroll").evaluate("box => box.scrollWidth - box.clientWidth") <= 1
    first = page.locator("#ranking th").first.bounding_box()
    assert first is not None
    assert first["x"] >= 0  # the first column stays


def test_a_cells_address_leads_to_its_row(page: sync_api.Page) -> None:
    page.goto(f"{page.url}#cell-modern-1")
    row = page.locator("tr:target")
    sync_api.expect(row).to_be_in_viewport()
    assert row.inner_text().startswith("modern-1\nseed 1, finished")
    assert "3.100" in row.inner_text()


def test_the_dark_is_dark(page: sync_api.Page) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(background) != light
