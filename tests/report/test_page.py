"""The page as text: what it says, that it is the same every time, that it needs nothing else."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from pipeline.doctor.diagnosis.summary import SYMPTOMS
from pipeline.report import page as page_module
from pipeline.report.page import ReportError
from tests.report.conftest import Tree, make_tree


class Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def text_of(page: str) -> str:
    """What a reader sees, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)).split())


def test_the_same_inputs_are_the_same_bytes(tree: Tree, written: str):
    assert tree.write("again.html") == written


def test_the_page_names_no_place_of_this_machine(tree: Tree, written: str):
    assert str(tree.folder) not in written


def test_a_diverged_cell_says_so(written: str):
    text = text_of(written)
    assert "lsgan 2 of 2 seeds diverged: lsgan-0, lsgan-1" in text
    assert "asker 1 of 2 seeds diverged: asker-1" in text
    assert "no verdict: every seed diverged" in text
    assert "lsgan-0 diverged: its numbers ceased to be finite" in text
    assert "asker-1 diverged:" not in text  # sections are of the first seed


def test_the_verdicts_are_words(written: str):
    text = text_of(written)
    assert "better than answer (p = 0.020)" in text
    assert "worse than answer" in text
    assert "● the baseline" in text
    assert "cannot tell at this number of seeds (p = 0.020); about 9 seeds could" in text


def test_rows_stand_best_first_and_what_has_no_score_last(written: str):
    ranking = written.split('<tbody id="ranking">')[1].split("</tbody>")[0]
    assert re.findall(r'<th scope="row" data-sort="(\w+)"', ranking) == ["modern", "dcgan", "answer", "asker", "lsgan"]


def test_a_score_that_nobody_has_is_no_column(written: str):
    assert "accuracy trained on samples" not in written.split("<tbody id")[0]


def test_what_training_showed_stands_closed_below_the_error_that_it_may_come_of(written: str):
    asker, answer = (written.split(f'id="variant-{name}"')[1].split('class="panels"')[0] for name in ("asker", "answer"))
    cause, symptoms = asker.split(SYMPTOMS)
    assert re.search(r"<details open>\s*<summary>.*learning rate", cause)
    assert re.search(r"<details>\s*<summary>.*class collapse", symptoms)
    assert re.search(r"<details open>\s*<summary>.*class collapse", answer)
    assert SYMPTOMS not in answer


def test_text_from_files_is_escaped(tree: Tree):
    tree.leaderboard["cells"][0]["data_set"] = "<script>alert('x')</script>"
    page = tree.write()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_nothing_is_loaded_and_every_picture_says_what_it_shows(written: str):
    elements = Elements(written).found
    pictures = [attributes for tag, attributes in elements if tag == "img"]
    assert len(pictures) == 5 * 9 + 4 * 3
    assert all(len(picture["alt"] or "") > 20 for picture in pictures)
    for tag, attributes in elements:
        for name in ("src", "href", "srcset", "data", "poster", "action"):
            target = attributes.get(name) or ""
            assert tag == "a" or target.startswith("data:") or not target, f"{tag} {name}={target[:50]}"


def test_the_pages_style_fetches_nothing(written: str):
    style = written.split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


def test_twenty_variants_of_noise_fit(tmp_path: Path):
    """Saturated noise, as the question's network draws."""
    verdicts = {"answer": "baseline"} | {f"asker_{number}": "worse" for number in range(19)}
    tree = make_tree(tmp_path, verdicts, np.random.default_rng(0).integers(0, 2, (100, 28, 28), np.uint8) * 255, 7)
    assert 2_000_000 < len(tree.write().encode()) < 8_000_000


def test_a_page_too_large_is_refused_and_leaves_nothing(tree: Tree, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(page_module, "MOST_BYTES", 1000)
    with pytest.raises(ReportError, match=r"large\.html: expected a page of at most 1000 bytes, received \d+"):
        tree.write("large.html")
    assert not list(tree.folder.glob("*large.html"))
