"""Fetching files from mirrors, which are web folders or local ones: tried in order, and nothing that is not verified is returned."""

import queue
import threading
from collections.abc import Sequence
from pathlib import Path

import requests
import urllib3

from pipeline.data.datasets import IdxFile
from pipeline.download.verify import MirrorError, verify
from pipeline.files.errors import DownloadError
from pipeline.settings.params import DownloadSettings
from pipeline.terminal.progress import progress

CHUNK = 1 << 16  # bytes
SLACK = 1 << 16  # bytes by which compression may make a file larger


def fetch_verified(files: Sequence[IdxFile], mirrors: Sequence[str], settings: DownloadSettings) -> dict[str, bytes]:
    """Fetch every file from the first mirror that serves it as it should be.

    Args:
        files: What to fetch, with the size and the hash of each.
        mirrors: Web addresses (http, https) or local folders that hold NAME.gz or NAME.
        settings: Time-outs and attempts.

    Returns:
        The decompressed content of every file, by name.

    Raises:
        DownloadError: Some file is served correctly by no mirror; the message has the reason for each.
    """
    fetched: dict[str, bytes] = {}
    reasons = []
    for mirror in mirrors:
        try:
            for file in files:
                if file.name not in fetched:
                    fetched[file.name] = verify(file, _fetch(mirror, file, settings))
        except MirrorError as error:
            reasons.append(f"{mirror}: {error}")
        if len(fetched) == len(files):
            return fetched
    raise DownloadError(f"no mirror serves verified files ({'; '.join(reasons) or 'none is known'})")


def _fetch(mirror: str, file: IdxFile, settings: DownloadSettings) -> bytes:
    if mirror.startswith(("http://", "https://")):
        return _fetch_web(f"{mirror.rstrip('/')}/{file.name}.gz", file, settings)
    if not Path(mirror).is_dir():
        raise MirrorError("no such folder")
    for path in (Path(mirror) / f"{file.name}.gz", Path(mirror) / file.name):
        try:
            return path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise MirrorError(f"{path.name}: {error.strerror}") from None
    raise MirrorError(f"no such file: {file.name}.gz")


def _fetch_web(url: str, file: IdxFile, settings: DownloadSettings) -> bytes:
    """Download a file; if the connection breaks, the next attempt continues where the last one stopped."""
    received = bytearray()
    for _ in range(settings.attempts):
        try:
            _receive(url, file, settings, received)
            return bytes(received)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            reason = _reason(error)
    raise MirrorError(f"{file.name}.gz: {reason} after {len(received)} bytes")


def _receive(url: str, file: IdxFile, settings: DownloadSettings, received: bytearray) -> None:
    response = _open(url, len(received), settings)
    with response:
        if response.status_code == requests.codes.ok:
            received.clear()  # the server sends the file from its beginning
        elif response.status_code == requests.codes.requested_range_not_satisfiable and received:
            return  # the connection broke after the last byte
        elif response.status_code != requests.codes.partial_content:
            raise MirrorError(f"{file.name}.gz: HTTP status {response.status_code}")
        length = response.headers.get("Content-Length", "")
        expected = int(length) if length.isdigit() and int(length) else file.size  # decompressed: more than it can be
        with progress(file.name) as shown:
            while chunk := response.raw.read1(CHUNK):  # iter_content would lose the last chunk of a broken transfer
                received += chunk
                shown.advance(len(chunk) / expected, f"{len(received) / 1e6:.2f} MB")
                if len(received) > file.size + SLACK:
                    raise MirrorError(f"{file.name}.gz: larger than the {file.size} bytes it should decompress to")


def _open(url: str, offset: int, settings: DownloadSettings) -> requests.Response:
    """Get the response's headers within the connect time-out, which covers name look-up, every address of the host and redirects.

    A thread waits for them, because a name look-up cannot be interrupted.
    """
    answers: queue.Queue[requests.Response | Exception] = queue.Queue()
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})

    def ask() -> None:
        try:
            timeouts = (settings.connect_timeout_seconds, settings.read_timeout_seconds)
            answers.put(requests.get(url, headers=headers, stream=True, timeout=timeouts))
        except Exception as error:  # of any kind: the caller waits for an answer
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=settings.connect_timeout_seconds)
    except queue.Empty:
        raise MirrorError(f"no answer within {settings.connect_timeout_seconds:g} s") from None
    if isinstance(answer, Exception):
        raise MirrorError(_reason(answer))
    return answer


def _reason(error: Exception) -> str:
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        return "it went silent"
    return "no connection, or it was closed early"
