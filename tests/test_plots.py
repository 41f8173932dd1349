"""What `dvc plots show` and `diff` show: the losses of both networks in one chart per cell, under titles, in a page that says what is missing."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import altair as alt
import pytest
import vl_convert
import yaml
from dvc_render import VegaRenderer
from playwright import sync_api

from pipeline.files.artifacts import write_json
from pipeline.files.json_file import read_json
from tests.browser import NEEDS_CHROMIUM
from tests.conftest import ROOT
from tests.project import run

PLOTS = ROOT / ".dvc/plots"
VERSION = alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0]


def drawn(template: str, rows: list[dict[str, Any]]) -> str:
    """The words of a chart that DVC fills from a template and Vega draws."""
    shown = {"template": template, "template_dir": str(PLOTS), "title": "asker-0: a title", "x_label": "epoch", "y_label": "axis"}
    filled = VegaRenderer(rows, "file", x="epoch", y=next(iter(rows[0])), **shown).get_filled_template()
    assert "<DVC_" not in str(filled)
    svg = vl_convert.vegalite_to_svg(filled, vl_version=VERSION)
    return " ".join(re.findall(r">([^<>]+)</text>", svg))


def test_both_losses_are_in_one_chart_and_revisions_differ() -> None:
    rows = [{"d_loss": 1.0, "g_loss": 2.0, "epoch": epoch, "rev": rev} for epoch in (1, 2) for rev in ("HEAD", "slower")]
    words = drawn("losses", rows)
    for word in ("asker-0: a title", "epoch", "axis", "discriminator", "generator", "HEAD", "slower"):
        assert word in words
    broken = [row | {"g_loss": None} for row in rows]  # of a training that diverged
    assert "generator" in drawn("losses", broken)


def test_the_scores_of_the_sample_sheets_are_in_one_chart() -> None:
    words = drawn("sheet_scores", [{"classifier_score": 3.0, "effective_classes": 4.0, "epoch": 0, "rev": "workspace"}])
    assert "classifier score" in words
    assert "effective classes" in words


def test_every_chart_of_the_pipeline_has_a_title_and_a_known_template() -> None:
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    charts = [shown for stage in stages.values() for entry in stage.get("plots", []) if isinstance(entry, dict) for shown in entry.values()]
    assert len(charts) == 5
    for shown in charts:
        assert shown["title"]
        assert shown["template"] in {"confusion", "linear", *(path.stem for path in PLOTS.glob("*.json"))}


@pytest.fixture(scope="module")
def project(finished_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished project with its results in git."""
    folder = tmp_path_factory.mktemp("plots") / "project"
    shutil.copytree(finished_project, folder, symlinks=True)
    for command in (("add", "-A"), ("-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "results")):
        assert run(folder, "git", *command).returncode == 0
    return folder


def html_of(project: Path, *command: str) -> str:
    ended = run(project, "dvc", "plots", *command, "--out", "shown")
    assert ended.returncode == 0, ended.stderr
    return (project / "shown/index.html").read_text()


@pytest.mark.slow
def test_dvc_shows_the_plots_of_a_project(project: Path) -> None:
    page = html_of(project, "show")
    assert "<title>Plots of every cell</title>" in page
    for title in ("asker-0: losses", "modern-0: scores of the sample sheets", "asker-0: requested against predicted classes"):
        assert f'"{title}"' in page
    assert page.count("<img") == 2 * 4


@pytest.mark.slow
def test_dvc_compares_the_plots_of_two_revisions(project: Path) -> None:
    history = project / "artifacts/gan/asker-0/history.json"
    content = read_json(history)
    history.unlink()  # a link to DVC's cache
    write_json(history, content | {"epochs": [row | {"g_loss": 0.25} for row in content["epochs"]]})
    page = html_of(project, "diff", "HEAD", "--targets", "artifacts/gan/asker-0/history.json")
    rows = json.loads(re.findall(r"var spec = (\{.*\});", page)[0])["data"]["values"]
    assert {row["rev"] for row in rows} == {"HEAD", "workspace"}
    assert {row["g_loss"] == 0.25 for row in rows if row["rev"] == "HEAD"} == {False}


@pytest.mark.slow
@NEEDS_CHROMIUM
def test_without_a_network_the_page_says_what_is_missing(project: Path, browser: sync_api.Browser) -> None:
    """DVC's page loads Vega from a web server."""
    html_of(project, "show")
    page = browser.new_page()
    note = page.get_by_text("The curves are missing")
    page.route(lambda address: address.startswith("https:"), lambda route: route.abort())
    page.goto((project / "shown/index.html").as_uri())
    sync_api.expect(note).to_be_visible()
    page.unroute_all()
    page.route(lambda address: address.startswith("https:"), lambda route: route.fulfill(body="window.vegaEmbed = () => {}"))
    page.reload()
    sync_api.expect(note).to_be_hidden()
    page.close()
