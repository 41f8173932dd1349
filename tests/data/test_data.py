"""The IDX format by its specification, splits and their files, and batches that are a pure function of the step."""

import itertools
import struct
from pathlib import Path

import numpy as np
import pytest

from pipeline.data.batches import orders
from pipeline.data.digits import Digits, load_digits, save_digits
from pipeline.data.idx import IDX_IMAGES, IDX_LABELS, decode_idx, encode_idx, read_idx
from pipeline.data.pixels import to_bytes, to_float
from pipeline.files.errors import DataError


def test_an_idx_file_by_the_specification() -> None:
    content = struct.pack(">IIII", 0x803, 2, 28, 28) + bytes(784) + bytes([7]) * 784
    images = decode_idx(content, IDX_IMAGES, "file")
    assert images.shape == (2, 28, 28)
    assert (images[0] == 0).all()
    assert (images[1] == 7).all()
    assert encode_idx(images) == content
    assert decode_idx(struct.pack(">II", 0x801, 3) + bytes([0, 9, 4]), IDX_LABELS, "file").tolist() == [0, 9, 4]


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (b"", IDX_IMAGES, "expected an IDX file that begins with 0x00000803, received 0x;"),
        (b"<htm", IDX_IMAGES, "expected an IDX file that begins with 0x00000803, received 0x3c68746d"),
        (struct.pack(">II", 0x801, 0), IDX_IMAGES, "begins with 0x00000803, received 0x00000801"),
        (struct.pack(">IIII", 0x803, 0, 28, 28), IDX_LABELS, "begins with 0x00000801, received 0x00000803"),
        (struct.pack(">III", 0x803, 1, 28), IDX_IMAGES, "header of 16 bytes, received 12"),
        (struct.pack(">II", 0x801, 4) + bytes(3), IDX_LABELS, "expected 4 bytes of data, as its header says, received 3"),
        (struct.pack(">II", 0x801, 2) + bytes(3), IDX_LABELS, "expected 2 bytes of data, as its header says, received 3"),
        (struct.pack(">IIII", 0x803, 2**32 - 1, 2**32 - 1, 2**32 - 1) + bytes(9), IDX_IMAGES, "received 9"),
        (struct.pack(">IIII", 0x803, 1, 8, 8) + bytes(64), IDX_IMAGES, "expected images of 28x28, received 8x8"),
        (struct.pack(">II", 0x801, 2) + bytes([3, 10]), IDX_LABELS, "expected labels from 0 to 9, received 10"),
    ],
)
def test_a_broken_idx_file_is_refused_by_name(content: bytes, kind: tuple[int, int], reason: str) -> None:
    with pytest.raises(DataError, match=f"^file: .*{reason}"):
        decode_idx(content, kind, "file")


def test_a_split_survives_its_file_and_has_the_same_bytes_twice(tmp_path: Path, digits: Digits) -> None:
    save_digits(tmp_path / "a.npz", digits)
    save_digits(tmp_path / "b.npz", digits)
    loaded = load_digits(tmp_path / "a.npz")
    assert loaded.name == digits.name
    assert (loaded.images == digits.images).all()
    assert (loaded.labels == digits.labels).all()
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_missing_or_broken_split_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.npz: expected an \.npz file of name, images, labels, found none"):
        load_digits(tmp_path / "none.npz")
    for content in (b"", b"PK\x03\x04 no more"):
        (tmp_path / "broken.npz").write_bytes(content)
        with pytest.raises(DataError, match=r"broken\.npz: expected an \.npz file of name, images, labels, received something else"):
            load_digits(tmp_path / "broken.npz")


@pytest.mark.parametrize("low", [0.0, -1.0])
def test_bytes_and_floats_are_inverse_over_the_whole_range(low: float) -> None:
    images = np.arange(256, dtype=np.uint8).repeat(784).reshape(256, 28, 28)
    floats = to_float(images, low)
    assert floats.dtype == np.float32
    assert floats.shape == (256, 28, 28, 1)
    assert floats.min() == low
    assert floats.max() == pytest.approx(1, abs=1e-6)
    assert (to_bytes(floats, low) == images).all()


def test_every_pass_visits_each_row_once_in_another_order() -> None:
    first, second = itertools.islice(orders(40, seed=3), 2)
    assert sorted(first) == sorted(second) == list(range(40))
    assert first.tolist() != second.tolist()
    assert first.tolist() != sorted(first)
    assert next(orders(40, seed=4)).tolist() != first.tolist()


@pytest.mark.parametrize("first", [0, 16, 39, 40, 64])
def test_the_order_continues_anywhere_as_if_it_had_never_stopped(first: int) -> None:
    whole = np.concatenate(list(itertools.islice(orders(40, seed=3), 4)))
    rest = np.concatenate(list(itertools.islice(orders(40, seed=3, first=first), 2)))
    assert (rest[:40] == whole[first : first + 40]).all()


def test_an_idx_file_is_measured_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "train-labels-idx1-ubyte"
    path.write_bytes(encode_idx(np.array([5, 0, 4], np.uint8)))
    assert read_idx(path, IDX_LABELS).tolist() == [5, 0, 4]
    with path.open("r+b") as file:
        file.truncate(10 * 10**9)  # ten gigabytes, of which no byte is on the disk
    with pytest.raises(DataError, match="expected an IDX file of at most 1073741824 bytes, received 10000000000"):
        read_idx(path, IDX_LABELS)


def test_a_split_whose_parts_do_not_belong_together_is_refused(tmp_path: Path, digits: Digits) -> None:
    save_digits(tmp_path / "a.npz", digits._replace(labels=digits.labels[:-1]))
    with pytest.raises(DataError, match=r"a\.npz: expected a label for each of 40 images, received 39"):
        load_digits(tmp_path / "a.npz")
    save_digits(tmp_path / "a.npz", digits._replace(labels=digits.labels + 1))
    with pytest.raises(DataError, match=r"a\.npz: expected labels from 0 to 9, received 10"):
        load_digits(tmp_path / "a.npz")
