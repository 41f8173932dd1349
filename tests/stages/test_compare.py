"""The leaderboard: ranked, complete, a diverged cell is a row that says so; and the report beside it."""

import shutil
from pathlib import Path

import pytest

from pipeline.files.artifacts import read_json, write_json
from pipeline.files.errors import DataError
from pipeline.settings.params import Settings
from pipeline.stages.compare import compare
from tests.report.conftest import SEEDS, VARIANTS, Tree, made  # noqa: F401 (a fixture)


@pytest.fixture
def tree(made: Tree, tmp_path: Path) -> Tree:  # noqa: F811
    """Five variants with two seeds each, `lsgan` diverged with both, `asker` with one."""
    shutil.copytree(made.folder, tmp_path / "project")
    ceilings = {row["name"]: row for row in made.leaderboard["anchors"] if row["name"] != "real digits"}
    write_json(tmp_path / "project/reference/ceilings.json", ceilings)
    (tmp_path / "project/dvc.yaml").write_text("stages: {}")
    return Tree(tmp_path / "project", made.leaderboard, made.settings)


def run(tree: Tree, settings: Settings | None = None) -> dict:
    names = ("dvc.yaml", "dvc.lock", "gan", "evaluation", "diagnosis", "reference", "board.json", "board.md", "report.html")
    compare(*(tree.folder / name for name in names), settings or tree.settings)
    return read_json(tree.folder / "board.json")


def test_rows_are_ranked_and_leftovers_go(tree: Tree, capsys: pytest.CaptureFixture[str]):
    for folder in ("gan", "evaluation"):
        (tree.folder / folder / "dropped-0").mkdir()
    path = tree.folder / "evaluation/modern-1/metrics.json"
    write_json(path, read_json(path) | {"frechet_distance": 0.25})
    board = run(tree)
    rows = board["cells"]
    assert (rows[0]["variant"], rows[0]["seed"]) == ("modern", 1)
    assert [row["status"] for row in rows] == ["finished"] * 7 + ["diverged"] * 3
    assert len(rows) == len(VARIANTS) * len(SEEDS)
    for folder in ("gan", "evaluation"):
        assert not (tree.folder / folder / "dropped-0").exists()
        assert len(list((tree.folder / folder).iterdir())) == len(rows)
    table = (tree.folder / "board.md").read_text()
    assert table in capsys.readouterr().out
    assert "10000 samples of each GAN, held against the test split of mnist" in table
    assert table.index("| modern-1") < table.index("| modern-0") < table.index("| lsgan-1 (diverged)") < table.index("| real digits")
    lines = [line for line in table.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in lines}) == 1
    assert [line.split("|")[1].strip() for line in lines[-4:]] == ["real digits", "mean image", "one digit", "uniform noise"]


def test_variants_are_held_against_the_baseline(tree: Tree):
    for seed, (good, base) in enumerate([(1.0, 50.0), (1.1, 51.0)]):
        for variant, distance in (("modern", good), ("answer", base)):
            path = tree.folder / f"evaluation/{variant}-{seed}/metrics.json"
            write_json(path, read_json(path) | {"frechet_distance": distance})
    settings = tree.settings.model_copy(update={"compare": tree.settings.compare.model_copy(update={"baseline": "answer"})})
    found = {row["variant"]: row["verdict"] for row in run(tree, settings)["variants"]}
    assert (found["answer"], found["modern"], found["lsgan"]) == ("baseline", "better", "no verdict")
    assert "- `modern`: better than answer" in (tree.folder / "board.md").read_text()


def test_the_report_stands_beside_it(tree: Tree):
    run(tree)
    page = (tree.folder / "report.html").read_text()
    assert "lsgan-0 diverged" in page
    run(tree)
    assert (tree.folder / "report.html").read_text() == page


def test_a_missing_cell_is_named(tree: Tree):
    (tree.folder / "evaluation/asker-0/metrics.json").unlink()
    with pytest.raises(DataError, match=r"asker-0/metrics\.json: expected a JSON file, found none"):
        run(tree)
    assert not (tree.folder / "board.json").exists()
