"""The leaderboard: ranked, complete, a diverged cell is a row that says so."""

from pathlib import Path

import pytest

from pipeline.artifacts import read_json, write_json
from pipeline.errors import DataError
from pipeline.params import RunSettings
from pipeline.stages.compare import REAL, compare

NUMBERS = ("classifier_score", "class_consistency", "effective_classes", "d_loss_first", "d_loss_last", "g_loss_last")


def write_metrics(folder: Path, cell: str, distance: float | None) -> None:
    variant, seed = cell.rsplit("-", 1)
    real = dict.fromkeys(REAL, 0.5) | {"data_set": "mnist"}
    own = {"variant": variant, "seed": int(seed), "status": "diverged" if distance is None else "finished"}
    numbers = dict.fromkeys(NUMBERS, None if distance is None else 1.0)
    write_json(folder / cell / "metrics.json", own | numbers | {"frechet_distance": distance} | real)


def test_rows_are_ranked_and_leftovers_go(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for cell, distance in {"a-0": 3.0, "a-1": None, "b-0": 2.0, "b-1": 0.0, "dropped-0": 1.0}.items():
        write_metrics(tmp_path / "evaluation", cell, distance)
        (tmp_path / "gan" / cell).mkdir(parents=True)
    compare(tmp_path / "gan", tmp_path / "evaluation", tmp_path / "board.json", RunSettings(variants=["a", "b"], seeds=[0, 1], threads=1))
    board = read_json(tmp_path / "board.json")
    assert [(row["variant"], row["seed"]) for row in board["cells"]] == [("b", 1), ("b", 0), ("a", 0), ("a", 1)]
    assert board["cells"][-1]["status"] == "diverged"
    assert board["real"]["data_set"] == "mnist"
    for folder in ("gan", "evaluation"):
        assert sorted(path.name for path in (tmp_path / folder).iterdir()) == ["a-0", "a-1", "b-0", "b-1"]
    table = capsys.readouterr().out
    assert "Samples of mnist" in table
    assert table.index("b-1") < table.index("a-0") < table.index("diverged") < table.index("real digits")


def test_a_missing_cell_is_named(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"a-0/metrics\.json: expected a JSON file, found none"):
        compare(tmp_path / "gan", tmp_path / "evaluation", tmp_path / "board.json", RunSettings(variants=["a"], seeds=[0], threads=1))
    assert not (tmp_path / "board.json").exists()
