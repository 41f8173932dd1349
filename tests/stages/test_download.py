"""The download stage: what it writes, and how its command ends."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from pipeline.data.datasets import DataSet
from pipeline.data.idx import IDX_FILES, IDX_IMAGES, IDX_LABELS, decode_idx
from pipeline.files.errors import DownloadError
from pipeline.settings.params import DownloadSettings
from pipeline.settings.yaml_file import read_yaml
from pipeline.stages.download import download
from tests.conftest import ROOT, Mirror


def settings(source: str) -> DownloadSettings:
    return DownloadSettings(source=source, connect_timeout_seconds=20, read_timeout_seconds=20, file_deadline_seconds=60, attempts=1)


def test_the_files_and_what_they_are(
    tmp_path: Path, mirror: Mirror, tiny_set: DataSet, idx_files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_MIRROR", mirror.url("good"))
    download(tmp_path / "raw", settings("tiny"))
    assert {path.name: path.read_bytes() for path in (tmp_path / "raw").iterdir() if path.name in IDX_FILES} == idx_files
    about = json.loads((tmp_path / "raw/dataset.json").read_text())
    assert about["data_set"] == "tiny"
    assert about["sha256"] == {name: hashlib.sha256(content).hexdigest() for name, content in idx_files.items()}
    assert (about["classes"], about["citation"], about["licence"]) == (list("0123456789"), "the tests", "none")


def test_without_a_mirror_there_is_no_output(tmp_path: Path, tiny_set: DataSet) -> None:
    with pytest.raises(DownloadError):
        download(tmp_path / "raw", settings("tiny"))
    assert list(tmp_path.iterdir()) == []


def test_the_command_ends_with_a_status_of_its_own(tmp_path: Path) -> None:
    content = read_yaml(ROOT / "params.yaml")
    content["download"] |= {"source": "mnist"}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(content))
    nobody = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9/")  # nothing listens there
    command = [sys.executable, "-m", "pipeline.stages.download", "raw"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "DATA_MIRROR": "nowhere"} | nobody
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ended.returncode == DownloadError.exit_status == 69
    assert ended.stderr.startswith("error: MNIST: no mirror serves verified files (nowhere/mnist: no such folder; https://")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "raw").exists()


def test_the_bundled_digits_are_drawn_like_mnist(tmp_path: Path) -> None:
    download(tmp_path / "raw", settings("digits"))
    kinds = (IDX_IMAGES, IDX_LABELS) * 2
    arrays = [decode_idx((tmp_path / "raw" / name).read_bytes(), kind, name) for name, kind in zip(IDX_FILES, kinds, strict=True)]
    assert [len(array) for array in arrays] == [1438, 1438, 359, 359]
    for images, labels in (arrays[:2], arrays[2:]):
        assert set(labels) == set(range(10))
        assert images.max() == 255
        rows, columns = np.nonzero(images.max(axis=0))
        assert max(np.ptp(rows), np.ptp(columns)) <= 26
        for image in images[:50]:
            occupied = [np.nonzero(image.any(axis=axis))[0] for axis in (0, 1)]
            assert all(np.ptp(indices) < 20 for indices in occupied)
            centres = [(image.sum(axis=1 - axis) @ (np.arange(28) + 0.5)) / image.sum() for axis in (0, 1)]
            assert centres == pytest.approx([14, 14], abs=1.1)
    assert json.loads((tmp_path / "raw/dataset.json").read_text())["data_set"] == "digits"
