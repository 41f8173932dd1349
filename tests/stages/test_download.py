"""The download stage: real files over real HTTP, the bundled digits, and a way out in every error."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.data.idx import IDX_FILES, IDX_IMAGES, IDX_LABELS, decode_idx
from pipeline.files.errors import DownloadError
from pipeline.settings.params import DownloadSettings
from pipeline.stages import download as stage
from tests.conftest import ROOT

QUICK = {"connect_timeout_seconds": 0.5, "read_timeout_seconds": 0.5, "attempts": 1}


def settings(source: str, *mirrors: str) -> DownloadSettings:
    return DownloadSettings(source=source, mirrors=list(mirrors), **QUICK)


def test_the_environments_mirror_goes_in_front(tmp_path: Path, mirror, expected, idx_files, monkeypatch):
    monkeypatch.setattr(stage, "OFFICIAL", expected)
    monkeypatch.setenv("MNIST_MIRROR", mirror.url("good"))
    stage.download(tmp_path / "raw", settings("mnist", mirror.url("missing")))
    assert {path.name: path.read_bytes() for path in (tmp_path / "raw").iterdir() if path.name in IDX_FILES} == idx_files
    assert json.loads((tmp_path / "raw/dataset.json").read_text())["data_set"] == "mnist"
    assert not any("missing" in path for path, _ in mirror.requests)


def test_no_mirror_is_one_error_with_both_ways_out_and_no_output(tmp_path: Path, mirror, expected, monkeypatch):
    monkeypatch.setattr(stage, "OFFICIAL", expected)
    monkeypatch.delenv("MNIST_MIRROR", raising=False)
    with pytest.raises(DownloadError) as raised:
        stage.download(tmp_path / "raw", settings("mnist", mirror.url("flipped"), mirror.url("missing")))
    message = str(raised.value)
    assert "\n" not in message
    for part in (mirror.url("flipped"), "sha256", mirror.url("missing"), "404", "MNIST_MIRROR", "download.source: digits"):
        assert part in message
    assert list(tmp_path.iterdir()) == []


def test_the_command_ends_with_a_status_of_its_own(tmp_path: Path):
    text = (ROOT / "params.yaml").read_text().replace("https://", "http://127.0.0.1:9/")
    (tmp_path / "params.yaml").write_text(text)
    command = [sys.executable, "-m", "pipeline.stages.download", "raw"]
    ended = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert ended.returncode == DownloadError.exit_status == 69
    assert ended.stderr.startswith("error: MNIST: no mirror serves verified files")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "raw").exists()


def test_the_official_sizes_are_those_of_the_format():
    assert [file.size for file in stage.OFFICIAL] == [16 + 60_000 * 784, 8 + 60_000, 16 + 10_000 * 784, 8 + 10_000]


def test_the_bundled_digits_are_drawn_like_mnist(tmp_path: Path):
    stage.download(tmp_path / "raw", settings("digits", "unused"))
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
