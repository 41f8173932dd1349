"""Splitting: by position, complete, bytes untouched."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.data.digits import load_digits
from pipeline.data.idx import IDX_FILES, encode_idx
from pipeline.files.artifacts import write_json
from pipeline.files.errors import DataError
from pipeline.settings.params import PreprocessSettings
from pipeline.stages.preprocess import Paths, preprocess
from tests.written import ABOUT


def write_raw(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    write_json(folder / "dataset.json", ABOUT)
    return folder


def run(folder: Path) -> list[Path]:
    paths = [folder / f"{name}.npz" for name in ("train", "validation", "test")]
    preprocess(Paths(folder / "raw", *paths), PreprocessSettings(validation_every=3))
    return paths


def test_every_image_is_in_one_split(tmp_path: Path, idx_files: dict[str, bytes]) -> None:
    write_raw(tmp_path / "raw", idx_files)
    train, validation, test = (load_digits(path) for path in run(tmp_path))
    images = np.frombuffer(idx_files[IDX_FILES[0]], np.uint8, offset=16).reshape(-1, 28, 28)
    labels = np.frombuffer(idx_files[IDX_FILES[1]], np.uint8, offset=8)
    assert (validation.images == images[2::3]).all()
    assert (validation.labels == labels[2::3]).all()
    assert (train.images == images[[0, 1, 3, 4]]).all()
    assert (train.labels == labels[[0, 1, 3, 4]]).all()
    assert len(test.labels) == 3
    assert train.images.dtype == np.uint8
    assert {split.name for split in (train, validation, test)} == {"mnist"}


def test_a_missing_file_is_named(tmp_path: Path, idx_files: dict[str, bytes]) -> None:
    write_raw(tmp_path / "raw", {name: content for name, content in idx_files.items() if name != IDX_FILES[2]})
    with pytest.raises(DataError, match=r"t10k-images-idx3-ubyte: expected an IDX file, found none; `dvc repro` makes it"):
        run(tmp_path)


def test_labels_that_do_not_match_their_images_are_refused(tmp_path: Path, idx_files: dict[str, bytes]) -> None:
    files = idx_files | {IDX_FILES[1]: encode_idx(np.zeros(5, np.uint8))}
    write_raw(tmp_path / "raw", files)
    with pytest.raises(DataError, match=r"train-labels-idx1-ubyte: expected a label for each of 6 images, received 5"):
        run(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]
