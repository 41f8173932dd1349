"""The page as text: what it says, that it is the same every time, that it loads nothing."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.diagnosis.summary import SYMPTOMS
from pipeline.evaluation.files import evaluation_hash
from pipeline.files.artifacts import write_json
from pipeline.metrics.score_names import HEADLINE_SCORES, SCORES
from pipeline.report import page as page_module
from pipeline.report.outputs import Outputs
from pipeline.report.page import ReportError, write_report
from tests.report.conftest import ABOUT, CELLS, Tree, make_tree


class Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def without_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page without the charts' script, which takes a second to make."""
    monkeypatch.setattr(page_module, "chart_script", str)


def text_of(page: str) -> str:
    """What a reader sees, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)).split())


def test_the_same_inputs_are_the_same_bytes(tree: Tree, written: str) -> None:
    assert tree.write("again.html") == written


def test_no_text_of_others_becomes_markup_or_a_script(tmp_path: Path, tree: Tree, written: str, without_script: None) -> None:
    hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"' &{{ 7 * 7 }}"
    finding = Finding("pinned_loss", "error", {hostile: 1.0}, hostile, hostile, hostile, hostile)
    for cell in tree.leaderboard["cells"]:
        cell["data_set"] = cell["split"] = hostile
        write_json(tmp_path / f"{cell['variant']}-{cell['seed']}.json", {"findings": [finding._replace(id=hostile).row(), finding.row()]})
    outputs = Outputs(tree.folder / "gan", tree.folder / "evaluation", tmp_path, tree.folder / "reference")
    write_report(tmp_path / "page.html", tree.leaderboard, tree.settings, outputs)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("alert(1)") > 10
    assert "<script>alert" not in page
    tags = Elements(page).tags
    assert {tag for tag, _ in tags} == {tag for tag, _ in Elements(written).tags}
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
    assert "{{ 7 * 7 }}" in page


def test_the_page_names_no_place_of_this_machine(tree: Tree, written: str) -> None:
    assert str(tree.folder) not in written
    assert "127.0.0.1" not in written


def test_a_cell_that_did_not_finish_says_how_it_ended(written: str) -> None:
    text = text_of(written)
    assert "lsgan 1 of 2 seeds diverged: lsgan-0 1 of 2 seeds stopped by the doctor: lsgan-1" in text
    assert "asker 1 of 2 seeds diverged: asker-1" in text
    assert "no verdict: no seed finished (1 diverged, 1 stopped by the doctor)" in text
    assert "lsgan-0 diverged: its losses or samples stopped being finite" in text
    assert "asker-1 diverged:" not in text  # sections are of the first seed
    assert "was stopped by the doctor" not in text


def test_a_cell_that_the_doctor_stopped_is_not_called_diverged(tmp_path: Path, without_script: None) -> None:
    stopped = make_tree(tmp_path, {"answer": (1.0, 2.0), "asker": ("stopped", "stopped")}, np.zeros((10, 28, 28), np.uint8), 1)
    text = text_of(stopped.write())
    assert "asker-0 was stopped by the doctor" in text
    assert "no verdict: no seed finished (2 stopped by the doctor)" in text
    assert "diverged" not in text


def test_the_verdicts_are_words(written: str) -> None:
    text = text_of(written)
    assert re.search(r"▲ better than answer \(p.=.0\.0\d+\)", text)
    assert "● the baseline" in text
    assert re.search(r"≈ cannot tell at this number of seeds \(p.=.0\.\d+\); about \d+ seeds could", text)
    assert "○ Fréchet distance 9.27 times larger than answer&#39;s (4 911 ± 5 over subsets of the samples against 530.0 ± 14.1 over 2 seeds)" in text


def test_rows_come_best_first_and_what_has_no_score_last(written: str) -> None:
    ranking = written.split('<tbody id="ranking">')[1].split("</tbody>")[0]
    assert re.findall(r'<th scope="row" data-sort="(\w+)"', ranking) == ["modern", "answer", "dcgan", "asker", "lsgan"]


def test_the_columns_are_the_headline_scores_under_their_labels(written: str) -> None:
    head = written.split("<thead>")[1].split("</thead>")[0]
    assert re.findall(r"<button[^>]*>([^<]+?)\s*<span", head) == [SCORES[name].label for name in HEADLINE_SCORES]


def test_a_card_says_score_verdict_and_the_worst_finding_of_all_seeds(written: str) -> None:
    cards = [text_of(card) for card in written.split('<ul class="cards">')[1].split("</ul>")[0].split("</li>")[:-1]]
    assert len(cards) == 6
    answer, asker, modern, lsgan, _, real = cards
    assert "Fréchet distance&nbsp; ↓ 530.0 ± 14.1 the baseline Doctor: error class collapse in 2 of 2 seeds" in answer
    assert "↓ 4 911 9.27 times larger than answer&#39;s; seeds were not compared" in asker
    assert "1 of 2 seeds diverged: asker-1 Doctor: error learning rate in 2 of 2 seeds" in asker
    assert "better than answer" in modern
    assert modern.endswith("Doctor: nothing found")
    assert "Fréchet distance&nbsp; ↓ — no verdict: no seed finished" in lsgan
    assert "real images" in real


def test_every_cell_has_a_row_with_its_scores_and_the_text_that_finds_its_run(tree: Tree, written: str) -> None:
    rows = {name: row.split("</tr>")[0] for name, row in re.findall(r'<tr id="cell-([\w-]+)">(.*?)(?=<tr id|</table>)', written, re.DOTALL)}
    assert list(rows) == [f"{variant}-{seed}" for variant in ("answer", "asker", "modern", "lsgan", "dcgan") for seed in (0, 1)]
    for name, row in rows.items():
        assert f'value="tags.`pipeline.evaluation` = &#39;{evaluation_hash(tree.folder / "evaluation" / name)}&#39;"' in row
    assert "modern-1 seed 1, finished doctor: nothing found" in text_of(rows["modern-1"])
    assert "<td>3.100</td>" in rows["modern-1"]
    assert "asker-1 seed 1, diverged doctor: error learning rate" in text_of(rows["asker-1"])
    assert "1.500 → —" in text_of(rows["asker-1"])


def test_classes_have_the_names_of_the_data_set(tmp_path: Path, without_script: None, monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setitem(ABOUT, "data_set", "fashion_mnist")
    page = make_tree(tmp_path, {"modern": (1.0, 2.0)}, np.zeros((10, 28, 28), np.uint8), 1).write()
    confusion = text_of(page.split('<table class="confusion')[1])
    assert "requested T-shirt/top Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag Ankle boot Dress 0 0 0 9 0 0 0 0 1 0" in confusion
    assert page.count('class="class-columns upright"') == 3
    assert "a column per predicted class, black where no sample was predicted as that class: T-shirt/top, Trouser" in page
    assert "requested 0 1 2 3 4 5 6 7 8 9" in text_of(written)
    assert "T-shirt" not in written


def test_symptoms_are_listed_closed_below_the_errors_that_may_cause_them(written: str) -> None:
    asker, answer = (written.split(f'id="variant-{name}"')[1].split('class="panels"')[0] for name in ("asker", "answer"))
    cause, symptoms = asker.split(SYMPTOMS)
    assert re.search(r"<details open>\s*<summary>.*learning rate", cause)
    assert re.search(r"<details>\s*<summary>.*class collapse", symptoms)
    assert re.search(r"<details open>\s*<summary>.*class collapse", answer)
    assert SYMPTOMS not in answer


def test_text_from_files_is_escaped(tree: Tree, without_script: None) -> None:
    tree.leaderboard["cells"][0]["data_set"] = "<script>alert('x')</script>"
    page = tree.write()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_nothing_is_loaded_and_every_picture_says_what_it_shows(written: str) -> None:
    elements = Elements(written).tags
    pictures = [attributes for tag, attributes in elements if tag == "img"]
    assert len(pictures) == 5 * 9 + 4 * 3 + 6  # sheets and figure, what is made of scored samples, cards
    assert all(len(picture["alt"] or "") > 20 for picture in pictures)
    for tag, attributes in elements:
        if attributes.get("http-equiv") == "Content-Security-Policy":
            assert "default-src 'none'" in (attributes["content"] or "")
        for name in ("src", "href", "srcset", "data", "poster", "action"):
            target = attributes.get(name) or ""
            assert tag == "a" or target.startswith("data:") or not target, f"{tag} {name}={target[:50]}"


def test_the_pages_style_fetches_nothing(written: str) -> None:
    style = written.split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.slow
def test_twenty_variants_of_noise_fit(tmp_path: Path) -> None:
    """Saturated noise, as the question's network draws; nothing compresses worse."""
    outcomes = dict.fromkeys(("answer", *(f"asker_{number}" for number in range(19))), (1.0, 1.0))
    tree = make_tree(tmp_path, outcomes, np.random.default_rng(0).integers(0, 2, (100, 28, 28), np.uint8) * 255, 7)
    assert 2_000_000 < len(tree.write().encode()) < 8_000_000


def test_where_the_page_has_no_room_for_all_the_best_and_the_baseline_have_sections(
    tree: Tree, without_script: None, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert re.findall(r'<section class="variant" id="variant-(\w+)"', written) == list(CELLS)
    monkeypatch.setattr(page_module, "MOST_PICTURE_BYTES", 1)
    monkeypatch.setattr(page_module, "picture_bytes", lambda section: {"modern": 0, "answer": 0}.get(section["name"], 1) or 0)
    page = tree.write()
    assert re.findall(r'<section class="variant" id="variant-(\w+)"', page) == ["answer", "modern", "dcgan"]
    ranking = page.split('<tbody id="ranking">')[1].split("</tbody>")[0]
    assert re.findall(r'<th scope="row" data-sort="(\w+)"', ranking) == ["modern", "answer", "dcgan", "asker", "lsgan"]
    assert re.findall(r'href="#variant-(\w+)"', ranking) == ["modern", "answer", "dcgan"]
    text = text_of(page)
    assert "5 variants, 2 seeds each" in text
    assert "The page has room for 3 variants: those with the lowest Fréchet distance, and answer . The leaderboard has all of them." in text
    assert "has room for" not in text_of(written)


def test_a_page_too_large_is_refused_and_leaves_nothing(tree: Tree, without_script: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "MOST_BYTES", 1000)
    with pytest.raises(ReportError, match=r"large\.html: expected a page of at most 1000 bytes, received \d+"):
        tree.write("large.html")
    assert not list(tree.folder.glob("*large.html"))
