"""The leaderboard: ranked, complete, a diverged cell is a row that says so."""

from pathlib import Path

import pytest

from pipeline.artifacts import read_json, write_json
from pipeline.errors import DataError
from pipeline.params import Settings
from pipeline.stages.compare import COLUMNS, compare

ABOUT = {"data_set": "mnist", "split": "test", "samples": 100, "feature_layer": "features", "classifier_accuracy": 0.995}
ABOUT |= {"classifier_sha256": "ab" * 32, "frechet_distance_real": 0.5}


def write_metrics(folder: Path, cell: str, distance: float | None) -> None:
    variant, seed = cell.rsplit("-", 1)
    own = {"variant": variant, "seed": int(seed), "status": "diverged" if distance is None else "finished"}
    numbers = dict.fromkeys(COLUMNS, None if distance is None else 1.0)
    write_json(folder / cell / "metrics.json", ABOUT | own | numbers | {"frechet_distance": distance})


def run(folder: Path, settings: Settings, variants: list[str], seeds: list[int]) -> None:
    named = settings.run.model_copy(update={"variants": variants, "seeds": seeds})
    outputs = folder / "board.json", folder / "board.md"
    (folder / "dvc.yaml").write_text("stages: {}")
    settings = settings.model_copy(update={"run": named})
    compare(folder / "dvc.yaml", folder / "dvc.lock", folder / "gan", folder / "evaluation", *outputs, settings)


def test_rows_are_ranked_and_leftovers_go(tmp_path: Path, settings: Settings, capsys):
    for cell, distance in {"a-0": 3.0, "a-1": None, "b-0": 2.0, "b-1": 0.0, "dropped-0": 1.0}.items():
        write_metrics(tmp_path / "evaluation", cell, distance)
        (tmp_path / "gan" / cell).mkdir(parents=True)
    run(tmp_path, settings, ["a", "b"], [0, 1])
    rows = read_json(tmp_path / "board.json")["cells"]
    assert [(row["variant"], row["seed"]) for row in rows] == [("b", 1), ("b", 0), ("a", 0), ("a", 1)]
    assert rows[-1]["status"] == "diverged"
    for folder in ("gan", "evaluation"):
        assert sorted(path.name for path in (tmp_path / folder).iterdir()) == ["a-0", "a-1", "b-0", "b-1"]
    table = (tmp_path / "board.md").read_text()
    assert table in capsys.readouterr().out
    assert "100 samples of each GAN, held against the test split of mnist" in table
    assert table.index("b-1") < table.index("a-0") < table.index("a-1 (diverged)") < table.index("real digits")
    lines = [line for line in table.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in lines}) == 1
    assert "0.5000" in lines[-1]


def test_a_missing_cell_is_named(tmp_path: Path, settings: Settings):
    with pytest.raises(DataError, match=r"a-0/metrics\.json: expected a JSON file, found none"):
        run(tmp_path, settings, ["a"], [0])
    assert not (tmp_path / "board.json").exists()
