"""What dropped cells leave behind goes, and nothing else."""

import os
from pathlib import Path

import yaml

from pipeline.files.artifacts import staged_file
from pipeline.report.prune import prune_folder, prune_lock

LOCK = """schema: '2.0'
stages:
  download:
    cmd: python -m pipeline.stages.download artifacts/raw
    outs:
    - path: artifacts/raw
      md5: aa
  compare:
    cmd: python -m pipeline.stages.compare
  train@modern-0:
    cmd: python -m pipeline.stages.train modern 0
    params:
      params.yaml:
        gan.modern:
          width: 32
  train@asker-0:
    cmd: python -m pipeline.stages.train asker 0
"""


def test_only_cells_that_are_not_named_go(tmp_path: Path) -> None:
    for name in ("asker-0", "asker-1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    for name in (".gitignore", "asker-0.json", "modern-0.json"):
        (tmp_path / name).touch()
    prune_folder(tmp_path, ["asker-1", "modern-0"])
    assert sorted(path.name for path in tmp_path.iterdir()) == [".gitignore", "asker-1", "modern-0.json"]
    prune_folder(tmp_path / "none", [])


def test_what_another_process_is_writing_stays(tmp_path: Path) -> None:
    with staged_file(tmp_path / "asker-1.json") as partial:
        partial.write_text("{}")
        ended = partial.with_name(partial.name.replace(str(os.getpid()), str(2**31 - 1)))
        ended.touch()
        prune_folder(tmp_path, ["asker-1"])
        assert partial.exists()
        assert not ended.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["asker-1.json"]


def test_the_lock_keeps_what_is_named_word_for_word_in_its_order(tmp_path: Path) -> None:
    lock = tmp_path / "dvc.lock"
    lock.write_text(LOCK)
    pipeline = tmp_path / "dvc.yaml"
    pipeline.write_text("stages: {download: {}, train: {}, evaluate: {}, compare: {}}")
    prune_lock(pipeline, lock, ["asker-0", "modern-0"])
    before, after = yaml.safe_load(LOCK)["stages"], yaml.safe_load(lock.read_text())["stages"]
    assert list(after) == ["download", "train@asker-0", "train@modern-0", "compare"]
    assert after == before
    assert sorted(lock.read_text().splitlines()) == sorted(LOCK.splitlines())
    prune_lock(pipeline, lock, ["modern-0"])
    assert list(yaml.safe_load(lock.read_text())["stages"]) == ["download", "train@modern-0", "compare"]
    pipeline.write_text("stages: {train: {}}")
    prune_lock(pipeline, lock, ["modern-0"])
    assert list(yaml.safe_load(lock.read_text())["stages"]) == ["train@modern-0"]
    prune_lock(pipeline, tmp_path / "none", [])
    assert not (tmp_path / "none").exists()
