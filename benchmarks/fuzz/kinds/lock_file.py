"""dvc.lock: `pipeline.settings.lock_file.read_lock`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.fuzz.kind import BrokenPromiseError, Kind

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

LOCK = b"""schema: '2.0'
stages:
  download:
    cmd: python -m pipeline.stages.download artifacts/raw
    deps:
    - path: pipeline/data
      hash: md5
      md5: db1cf092a29ee51a8a7fc7f130283dc8.dir
      size: 13517
      nfiles: 6
    params:
      params.yaml:
        download:
          source: mnist
    outs:
    - path: artifacts/raw
      hash: md5
      md5: 4d3cd2b3bda11bf4a6ba17a0ee8b8b0a.dir
      size: 54950163
      nfiles: 5
  train@modern-0:
    cmd: python -m pipeline.stages.train modern 0
    outs:
    - path: artifacts/gan/modern-0
      hash: md5
      md5: 9571b8e1244b845e382b41667d2a3edd
      size: 745
"""


def _reader() -> Callable[[Path], object]:
    from pipeline.settings.lock_file import read_lock

    def read(path: Path) -> None:
        for name, recorded in read_lock(path).items():
            if not all(isinstance(text, str) for text in (name, recorded.stage, recorded.md5)) or not isinstance(recorded.size, int):
                raise BrokenPromiseError("an output is recorded by other than texts and a size")

    return read


def _seeds() -> list[bytes]:
    return [LOCK, b"schema: '2.0'\nstages: {}\n"]


def _scratch() -> "SearchStrategy[bytes]":
    from benchmarks.fuzz.yaml_text import changed_yaml

    return changed_yaml(LOCK)


KIND = Kind("dvc.lock", ("pipeline.settings.lock_file",), _reader, _seeds, _scratch)
