"""Verified files from real mirrors: folders and a web server on loopback, well-behaved and not."""

import gzip
import hashlib
import os
import re
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.data.datasets import DATA_SETS, DataSet, IdxFile
from pipeline.data.idx import IDX_FILES
from pipeline.download.addresses import Place
from pipeline.download.mirrors import fetch_verified
from pipeline.files.errors import DataError, DownloadError
from pipeline.settings.params import DownloadSettings
from tests.conftest import Mirror

PATIENT = DownloadSettings(source="mnist", connect_timeout_seconds=20, read_timeout_seconds=20, file_deadline_seconds=60, attempts=2)


def own(*addresses: str | Path) -> list[Place]:
    """Mirrors that the user names."""
    return [Place(str(address), own=True) for address in addresses]


def test_a_web_mirror_serves_the_decompressed_files(mirror: Mirror, expected: tuple[IdxFile, ...], idx_files: dict[str, bytes]) -> None:
    assert fetch_verified(expected, own(mirror.url("good")), PATIENT) == idx_files


def test_a_folder_serves_compressed_and_plain_files(tmp_path: Path, expected: tuple[IdxFile, ...], idx_files: dict[str, bytes]) -> None:
    for number, (name, content) in enumerate(idx_files.items()):
        if number % 2:
            (tmp_path / name).write_bytes(content)
        else:
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content, compresslevel=1))
    assert fetch_verified(expected, own(tmp_path), PATIENT) == idx_files


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
        ("chunks_for_ever", "larger than the"),
        ("endless_headers", "its answer is not HTTP"),
        ("no_http", "its answer is not HTTP"),
        ("turns", "more than 5 redirects"),
        ("length/-5", "expected one number as Content-Length, received -5"),
        ("length/many", "expected one number as Content-Length, received many"),
        ("length/1e3", "expected one number as Content-Length, received 1e3"),
        ("length/99999999999999999999999", "larger than the"),
        ("length/12", "broken gzip"),
        ("length/70+80", "its answer is not HTTP"),
        ("length/70,80", "its answer is not HTTP"),
    ],
)
def test_a_bad_mirror_is_named_with_its_reason_and_the_next_one_is_used(
    mirror: Mirror, expected: tuple[IdxFile, ...], idx_files: dict[str, bytes], behaviour: str, reason: str
) -> None:
    serves_other_files = behaviour in ("flipped", "bomb")
    with pytest.raises(DataError if serves_other_files else DownloadError, match=reason) as raised:
        fetch_verified(expected, own(mirror.url(behaviour)), PATIENT)
    assert mirror.url(behaviour) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert fetch_verified(expected, own(mirror.url(behaviour), mirror.url("good")), PATIENT) == idx_files


def test_a_mirror_that_goes_silent_is_given_up(mirror: Mirror, expected: tuple[IdxFile, ...]) -> None:
    settings = PATIENT.model_copy(update={"read_timeout_seconds": 0.8, "attempts": 1})
    with pytest.raises(DownloadError, match=r"stalls/: .*it went silent after [1-9]"):
        fetch_verified(expected, own(mirror.url("stalls")), settings)


@pytest.mark.parametrize("behaviour", ["drips", "drips_without_length", "drips_chunks", "drips_a_chunks_length"])
def test_a_mirror_that_never_goes_silent_and_never_ends_is_given_up_at_the_deadline(
    mirror: Mirror, expected: tuple[IdxFile, ...], idx_files: dict[str, bytes], behaviour: str
) -> None:
    settings = PATIENT.model_copy(update={"file_deadline_seconds": 0.4})
    reason = r"given up after 0\.4 s, which download\.file_deadline_seconds allows, and [0-9]+ bytes"
    with pytest.raises(DownloadError, match=rf"{behaviour}/: {expected[0].name}\.gz: {reason}"):
        fetch_verified(expected, own(mirror.url(behaviour)), settings)
    assert len(mirror.requests) == 1
    patient = settings.model_copy(update={"file_deadline_seconds": 3.0})
    assert fetch_verified(expected[:1], own(mirror.url(behaviour), mirror.url("good")), patient) == {expected[0].name: idx_files[expected[0].name]}


@pytest.mark.parametrize("behaviour", ["drips_headers", "endless_continue"])
def test_headers_that_never_end_are_no_answer_and_their_connection_ends(mirror: Mirror, expected: tuple[IdxFile, ...], behaviour: str) -> None:
    before = threading.active_count()
    with pytest.raises(DownloadError, match=rf"{behaviour}/: no answer within 0\.3 s"):
        fetch_verified(expected, own(mirror.url(behaviour)), PATIENT.model_copy(update={"connect_timeout_seconds": 0.3}))
    ends = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < ends:
        time.sleep(0.02)
    assert threading.active_count() <= before


def test_a_transfer_that_breaks_off_is_continued_where_it_stopped(mirror: Mirror, expected: tuple[IdxFile, ...], idx_files: dict[str, bytes]) -> None:
    assert fetch_verified(expected, own(mirror.url("breaks_off")), PATIENT) == idx_files
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
        fetch_verified(expected, own(*unreachable), PATIENT.model_copy(update={"connect_timeout_seconds": 0.3}))
    assert "\n" not in str(raised.value)
    for name, reason in unreachable.items():
        assert f"{name}: {reason}" in str(raised.value)


def test_a_mirror_with_the_files_of_another_set_is_told_so(
    mirror: Mirror, expected: tuple[IdxFile, ...], tiny_set: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = tuple(file._replace(sha256="0" * 64) for file in expected)
    monkeypatch.setitem(DATA_SETS, "wanted", tiny_set._replace(files=wanted))
    with pytest.raises(DataError, match=rf"good/: {IDX_FILES[0]}\.gz: these are the files of tiny \({IDX_FILES[0]}\)"):
        fetch_verified(wanted, own(mirror.url("good")), PATIENT)


def test_a_wrong_size_in_the_registry_is_called_one(
    mirror: Mirror, expected: tuple[IdxFile, ...], tiny_set: DataSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tuple(file._replace(size=file.size - 1) for file in expected)
    monkeypatch.setitem(DATA_SETS, "tiny", tiny_set._replace(files=wrong))
    with pytest.raises(DataError, match=rf"expected {wrong[0].size} bytes after decompression, received more than {wrong[0].size}"):
        fetch_verified(wrong, own(mirror.url("good")), PATIENT)


def test_a_length_of_thousands_of_digits_is_an_answer_like_another(
    mirror: Mirror, expected: tuple[IdxFile, ...], idx_files: dict[str, bytes]
) -> None:
    mirror.header = "9" * 5000
    with pytest.raises(DownloadError, match=r"good/: .* larger than the"):
        fetch_verified(expected, own(mirror.url("good")), PATIENT)
    mirror.header = "0" * 5000 + "7"  # which Python's own reader passes over
    assert fetch_verified(expected, own(mirror.url("good")), PATIENT) == idx_files


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))


def _unreadable(path: Path) -> None:
    path.touch(mode=0o000)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_pipe, "expected a file, received a named pipe"),
        (_socket, "expected a file, received a socket"),
        (Path.mkdir, "expected a file, received a folder"),
        (lambda path: path.symlink_to("/dev/zero"), "expected a file, received a device"),
        (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
        (lambda path: path.write_bytes(bytes(100_000)), "expected at most 70256 bytes, received more"),
        pytest.param(_unreadable, "Permission denied", marks=pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")),
    ],
)
def test_what_lies_in_a_files_place_is_named_and_never_waited_for(
    tmp_path: Path, expected: tuple[IdxFile, ...], make: Callable[[Path], None], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket has to be short
    make(Path(f"{expected[0].name}.gz"))
    with pytest.raises(DownloadError, match=re.escape(f"(.: {expected[0].name}.gz: {reason})")):
        fetch_verified(expected, own("."), PATIENT)


@pytest.mark.parametrize(
    "folder", ["n" * 5000, "nul\0byte", "ftp://example.org/mnist", "http://", "http://[::1", "https://host:port/", "http://a b/"]
)
def test_a_mirror_that_is_no_address_is_one_line(expected: tuple[IdxFile, ...], folder: str) -> None:
    with pytest.raises(DownloadError) as raised:
        fetch_verified(expected, own(folder), PATIENT)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 600


def test_a_file_is_verified_by_the_hash_of_its_gzip_where_that_is_the_published_one(
    mirror: Mirror, tmp_path: Path, idx_files: dict[str, bytes]
) -> None:
    def as_gzip(content: bytes) -> str:
        return hashlib.sha256(gzip.compress(content, mtime=0)).hexdigest()

    files = tuple(IdxFile(name, len(content), as_gzip(content), "gzip") for name, content in idx_files.items())
    assert fetch_verified(files, own(mirror.url("good")), PATIENT) == idx_files
    for name, content in idx_files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=r"expected the official \.gz file, whose hash is published, received a file that is not compressed"):
        fetch_verified(files, own(tmp_path), PATIENT)
    with pytest.raises(DataError, match="its sha256 is not that of the official file"):
        fetch_verified(files, own(mirror.url("flipped")), PATIENT)
