"""Fetching files of known size and sha256 from mirrors, web folders or local ones, tried in order; nothing unverified gets through.

The hash is that of the decompressed bytes, so any mirror's compression will do.
"""

import gzip
import hashlib
import io
import queue
import threading
import zlib
from pathlib import Path
from typing import NamedTuple

import requests
import urllib3
from tqdm import tqdm

from pipeline.files.errors import DownloadError
from pipeline.settings.params import DownloadSettings

CHUNK = 1 << 16  # bytes
SLACK = 1 << 16  # bytes by which compression may make a file larger


class Expected(NamedTuple):
    """A file as it must be after decompression."""

    name: str
    size: int  # bytes
    sha256: str


class MirrorError(Exception):
    """Why one mirror was given up."""


def fetch_verified(files: tuple[Expected, ...], mirrors: list[str], settings: DownloadSettings) -> dict[str, bytes]:
    """The decompressed content of every file, by name; each comes from the first mirror that serves it right.

    Raises `DownloadError` with each mirror's reason if some file is served right by none.
    """
    fetched: dict[str, bytes] = {}
    reasons = []
    for mirror in mirrors:
        try:
            for file in files:
                if file.name not in fetched:
                    fetched[file.name] = _verify(file, _fetch(mirror, file, settings))
        except MirrorError as error:
            reasons.append(f"{mirror}: {error}")
        if len(fetched) == len(files):
            return fetched
    raise DownloadError("no mirror serves verified files (" + "; ".join(reasons) + ")")


def _fetch(mirror: str, file: Expected, settings: DownloadSettings) -> bytes:
    if mirror.startswith(("http://", "https://")):
        return _fetch_web(f"{mirror.rstrip('/')}/{file.name}.gz", file, settings)
    for path in (Path(mirror) / f"{file.name}.gz", Path(mirror) / file.name):
        try:
            return path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise MirrorError(f"{path.name}: {error.strerror}") from None
    raise MirrorError(f"no such file: {file.name}.gz")


def _fetch_web(url: str, file: Expected, settings: DownloadSettings) -> bytes:
    """Download; an attempt that breaks off is continued where it stopped by the next."""
    received = bytearray()
    for _ in range(settings.attempts):
        try:
            _receive(url, file, settings, received)
            return bytes(received)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            reason = _reason(error)
    raise MirrorError(f"{file.name}.gz: {reason} after {len(received)} bytes")


def _receive(url: str, file: Expected, settings: DownloadSettings, received: bytearray) -> None:
    response = _open(url, len(received), settings)
    with response:
        if response.status_code == requests.codes.ok:
            received.clear()  # the server does not continue files
        elif response.status_code == requests.codes.requested_range_not_satisfiable and received:
            return  # broken off at the very end
        elif response.status_code != requests.codes.partial_content:
            raise MirrorError(f"{file.name}.gz: HTTP status {response.status_code}")
        length = response.headers.get("Content-Length", "")
        total = len(received) + int(length) if length.isdigit() else None
        with tqdm(total=total, initial=len(received), desc=file.name, unit="B", unit_scale=True) as bar:
            while chunk := response.raw.read1(CHUNK):  # not iter_content, which loses the last chunk of a broken transfer
                received += chunk
                bar.update(len(chunk))
                if len(received) > file.size + SLACK:
                    raise MirrorError(f"{file.name}.gz: larger than the {file.size} bytes it should decompress to")


def _open(url: str, offset: int, settings: DownloadSettings) -> requests.Response:
    """The response's headers within the connect time-out, all of it: name look-up, every address of the host, redirects.

    A thread waits for them, for nothing else can put an end to a name look-up.
    """
    answers: queue.Queue[requests.Response | Exception] = queue.Queue()
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})

    def ask() -> None:
        try:
            timeouts = (settings.connect_timeout_seconds, settings.read_timeout_seconds)
            answers.put(requests.get(url, headers=headers, stream=True, timeout=timeouts))
        except Exception as error:  # whatever a strange address raises, the caller waits for an answer
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=settings.connect_timeout_seconds)
    except queue.Empty:
        raise MirrorError(f"no answer within {settings.connect_timeout_seconds:g} s") from None
    if isinstance(answer, Exception):
        raise MirrorError(_reason(answer))
    return answer


def _verify(file: Expected, content: bytes) -> bytes:
    """Decompress no further than the file can reach, and compare its hash."""
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.GzipFile(fileobj=io.BytesIO(content)).read(file.size + 1)
        except (EOFError, OSError, zlib.error) as error:
            raise MirrorError(f"{file.name}.gz: broken gzip ({error})") from None
    if content[:4].lstrip()[:1] == b"<":
        raise MirrorError(f"{file.name}.gz: a web page instead of a gzip file")
    if len(content) != file.size:
        received = f"more than {file.size}" if len(content) > file.size else str(len(content))
        raise MirrorError(f"{file.name}.gz: expected {file.size} bytes after decompression, received {received}")
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise MirrorError(f"{file.name}.gz: its sha256 is not that of the official file")
    return content


def _reason(error: Exception) -> str:
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        return "it went silent"
    return "no connection, or it was closed early"
