"""Verified files from real mirrors: folders and a web server on loopback, well-behaved and not."""

import gzip
import hashlib
from pathlib import Path

import pytest

from pipeline.data.datasets import DATA_SETS, DataSet, IdxFile
from pipeline.data.idx import IDX_FILES
from pipeline.download.mirrors import fetch_verified
from pipeline.files.errors import DownloadError
from pipeline.settings.params import DownloadSettings
from tests.conftest import Mirror

PATIENT = DownloadSettings(source="mnist", connect_timeout_seconds=20, read_timeout_seconds=20, attempts=2)


def test_a_web_mirror_serves_the_decompressed_files(mirror: Mirror, expected: tuple[IdxFile, ...], idx_files: dict[str, bytes]) -> None:
    assert fetch_verified(expected, [mirror.url("good")], PATIENT) == idx_files


def test_a_folder_serves_compressed_and_plain_files(tmp_path: Path, expected: tuple[IdxFile, ...], idx_files: dict[str, bytes]) -> None:
    for number, (name, content) in enumerate(idx_files.items()):
        if number % 2:
            (tmp_path / name).write_bytes(content)
        else:
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content, compresslevel=1))
    assert fetch_verified(expected, [str(tmp_path)], PATIENT) == idx_files


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("missing", "HTTP status 404"),
        ("truncated", "broken gzip"),
        ("flipped", "sha256 is not that of the official file"),
        ("page", "a web page instead of a gzip file"),
        ("redirect", "a web page instead of a gzip file"),
        ("bomb", "received more than"),
        ("endless", "larger than the"),
    ],
)
def test_a_bad_mirror_is_named_with_its_reason_and_the_next_one_is_used(
    mirror: Mirror, expected: tuple[IdxFile, ...], idx_files: dict[str, bytes], behaviour: str, reason: str
) -> None:
    with pytest.raises(DownloadError, match=reason) as raised:
        fetch_verified(expected, [mirror.url(behaviour)], PATIENT)
    assert mirror.url(behaviour) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert fetch_verified(expected, [mirror.url(behaviour), mirror.url("good")], PATIENT) == idx_files


def test_a_mirror_that_goes_silent_is_given_up(mirror: Mirror, expected: tuple[IdxFile, ...]) -> None:
    settings = PATIENT.model_copy(update={"read_timeout_seconds": 0.8, "attempts": 1})
    with pytest.raises(DownloadError, match=r"stalls/: .*it went silent after [1-9]"):
        fetch_verified(expected, [mirror.url("stalls")], settings)


def test_a_transfer_that_breaks_off_is_continued_where_it_stopped(mirror: Mirror, expected: tuple[IdxFile, ...], idx_files: dict[str, bytes]) -> None:
    assert fetch_verified(expected, [mirror.url("breaks_off")], PATIENT) == idx_files
    first, second = mirror.requests[:2]
    length = len(gzip.compress(idx_files[expected[0].name], mtime=0))
    assert first == (f"/breaks_off/{expected[0].name}.gz", None)
    assert second == (f"/breaks_off/{expected[0].name}.gz", f"bytes={length // 2}-")


def test_mirrors_that_are_not_there_are_each_named_with_their_reason(mirror: Mirror, expected: tuple[IdxFile, ...]) -> None:
    unreachable = {
        "http://127.0.0.1:9/": "no connection, or it was closed early",
        "http://no-such-host.invalid/": "no ",  # connection, or answer in time
        mirror.url("silent"): "no answer within 0.3 s",
        "/no/such/folder": "no such folder",
    }
    with pytest.raises(DownloadError) as raised:
        fetch_verified(expected, list(unreachable), PATIENT.model_copy(update={"connect_timeout_seconds": 0.3}))
    assert "\n" not in str(raised.value)
    for name, reason in unreachable.items():
        assert f"{name}: {reason}" in str(raised.value)


def test_a_mirror_with_the_files_of_another_set_is_told_so(
    mirror: Mirror, expected: tuple[IdxFile, ...], tiny_set: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = tuple(file._replace(sha256="0" * 64) for file in expected)
    monkeypatch.setitem(DATA_SETS, "wanted", tiny_set._replace(files=wanted))
    with pytest.raises(DownloadError, match=rf"good/: {IDX_FILES[0]}\.gz: these are the files of tiny \({IDX_FILES[0]}\)"):
        fetch_verified(wanted, [mirror.url("good")], PATIENT)


def test_a_file_is_verified_by_the_hash_of_its_gzip_where_that_is_the_published_one(
    mirror: Mirror, tmp_path: Path, idx_files: dict[str, bytes]
) -> None:
    def as_gzip(content: bytes) -> str:
        return hashlib.sha256(gzip.compress(content, mtime=0)).hexdigest()

    files = tuple(IdxFile(name, len(content), as_gzip(content), "gzip") for name, content in idx_files.items())
    assert fetch_verified(files, [mirror.url("good")], PATIENT) == idx_files
    for name, content in idx_files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DownloadError, match=r"expected the official \.gz file, whose hash is published, received a file that is not compressed"):
        fetch_verified(files, [str(tmp_path)], PATIENT)
    with pytest.raises(DownloadError, match="its sha256 is not that of the official file"):
        fetch_verified(files, [mirror.url("flipped")], PATIENT)
