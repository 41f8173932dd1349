"""Verified files from real mirrors: folders and a web server on loopback, well-behaved and not."""

import gzip
import time
from pathlib import Path

import pytest

from pipeline.download.mirrors import fetch_verified
from pipeline.files.errors import DownloadError
from pipeline.settings.params import DownloadSettings

SETTINGS = DownloadSettings(source="mnist", mirrors=["unused"], connect_timeout_seconds=0.5, read_timeout_seconds=0.6, attempts=2)


def test_a_web_mirror_serves_the_decompressed_files(mirror, expected, idx_files):
    assert fetch_verified(expected, [mirror.url("good")], SETTINGS) == idx_files


def test_a_folder_serves_compressed_and_plain_files(tmp_path: Path, expected, idx_files):
    for number, (name, content) in enumerate(idx_files.items()):
        if number % 2:
            (tmp_path / name).write_bytes(content)
        else:
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content, compresslevel=1))
    assert fetch_verified(expected, [str(tmp_path)], SETTINGS) == idx_files


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
        ("silent", "no answer within 0.5 s"),
        ("stalls", "it went silent after [1-9]"),
    ],
)
def test_a_bad_mirror_is_named_with_its_reason_and_the_next_one_is_used(mirror, expected, idx_files, behaviour, reason):
    with pytest.raises(DownloadError, match=reason) as raised:
        fetch_verified(expected, [mirror.url(behaviour)], SETTINGS)
    assert mirror.url(behaviour) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert fetch_verified(expected, [mirror.url(behaviour), mirror.url("good")], SETTINGS) == idx_files


def test_a_transfer_that_breaks_off_is_continued_where_it_stopped(mirror, expected, idx_files):
    assert fetch_verified(expected, [mirror.url("breaks_off")], SETTINGS) == idx_files
    first, second = mirror.requests[:2]
    length = len(gzip.compress(idx_files[expected[0].name], mtime=0))
    assert first == (f"/breaks_off/{expected[0].name}.gz", None)
    assert second == (f"/breaks_off/{expected[0].name}.gz", f"bytes={length // 2}-")


def test_a_machine_that_reaches_nobody_gives_up_in_time(mirror, expected):
    unreachable = ["http://127.0.0.1:9/", "http://no-such-host.invalid/", mirror.url("silent"), "/no/such/folder"]
    started = time.monotonic()
    with pytest.raises(DownloadError) as raised:
        fetch_verified(expected, unreachable, SETTINGS)
    assert time.monotonic() - started < 5
    assert all(name in str(raised.value) for name in unreachable)
