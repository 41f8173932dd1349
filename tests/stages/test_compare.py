"""The leaderboard: ranked and complete, with a row for each cell that did not finish; and the report beside it."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.files.artifacts import write_json
from pipeline.files.errors import DataError
from pipeline.files.json_file import read_json
from pipeline.metrics.score_names import HEADLINE_SCORES, SCORES
from pipeline.stages.compare import Paths, compare
from tests.report.conftest import CELLS, SEEDS, Tree, made  # noqa: F401 (a fixture)


@pytest.fixture
def tree(made: Tree, tmp_path: Path) -> Tree:  # noqa: F811
    """Five variants with two seeds each: `lsgan-0` and `asker-1` diverged, `lsgan-1` was stopped."""
    folder = tmp_path / "project"
    shutil.copytree(made.folder, folder)
    write_json(folder / "reference/negative_controls.json", made.leaderboard["negative_controls"])
    (folder / "dvc.yaml").write_text("stages: {}")
    return Tree(folder, made.leaderboard, made.settings)


def run(tree: Tree) -> dict[str, Any]:
    names = ("dvc.yaml", "dvc.lock", "gan", "evaluation", "diagnosis", "metrics", "reference", "board.json", "board.md", "report.html")
    compare(Paths(*(tree.folder / name for name in names)), tree.settings)
    return read_json(tree.folder / "board.json")


def test_rows_are_ranked_and_dropped_cells_are_removed(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("gan", "evaluation"):
        (tree.folder / folder / "dropped-0").mkdir()
    path = tree.folder / "evaluation/modern-1/scores.json"
    row = read_json(path)
    write_json(path, row | {"scores": row["scores"] | {"frechet_distance": 0.25}})
    rows = run(tree)["cells"]
    assert (rows[0]["variant"], rows[0]["seed"]) == ("modern", 1)
    assert [row["status"] for row in rows] == ["finished"] * 7 + ["diverged", "diverged", "stopped"]
    assert len(rows) == len(CELLS) * len(SEEDS)
    for folder in ("gan", "evaluation"):
        assert not (tree.folder / folder / "dropped-0").exists()
        assert len(list((tree.folder / folder).iterdir())) == len(rows)
    table = (tree.folder / "board.md").read_text()
    assert table in capsys.readouterr().out
    assert "10000 samples of each GAN, compared with the test split of mnist" in table
    order = ["| modern-1", "| modern-0", "| asker-1 (diverged)", "| lsgan-0 (diverged)", "| lsgan-1 (stopped)", "| real digits"]
    assert sorted(order, key=table.index) == order
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("|")]
    assert lines[0] == ["cell", *(SCORES[name].label for name in HEADLINE_SCORES), "D loss", "G loss"]
    assert {len(line) for line in lines} == {len(lines[0])}
    assert [line[0] for line in lines[-4:]] == ["real digits", "mean image", "one digit", "uniform noise"]


def test_variants_have_verdicts_and_the_report_is_the_same_the_second_time(tree: Tree) -> None:
    verdicts = {row["variant"]: row["verdict"] for row in run(tree)["variants"]}
    assert verdicts == {"answer": "baseline", "asker": "seeds not compared", "modern": "better", "lsgan": "no verdict", "dcgan": "cannot tell"}
    table = (tree.folder / "board.md").read_text()
    assert "- `modern`: better than answer" in table
    assert "- `lsgan`: no verdict: no seed finished (1 diverged, 1 stopped by the doctor)" in table

    page = (tree.folder / "report.html").read_text()
    assert "lsgan-0 diverged" in page
    run(tree)
    assert (tree.folder / "report.html").read_text() == page


def test_a_missing_cell_is_named(tree: Tree) -> None:
    (tree.folder / "evaluation/asker-0/scores.json").unlink()
    with pytest.raises(DataError, match=r"asker-0/scores\.json: expected a JSON file, found none"):
        run(tree)
    assert not (tree.folder / "board.json").exists()
