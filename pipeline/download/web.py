"""Fetching one file from a web server that may be slow, broken or hostile: bounded in time, bytes and redirects."""

import queue
import threading
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from pipeline.data.datasets import IdxFile
from pipeline.download.addresses import Place, check_address
from pipeline.download.connection import Line
from pipeline.download.verify import MirrorError
from pipeline.files.shown import plain
from pipeline.settings.params import DownloadSettings
from pipeline.terminal.progress import progress

CHUNK = 1 << 16  # bytes
SLACK = 1 << 16  # bytes by which compression may make a file larger
MOST_REDIRECTS = 5


def fetch_web(place: Place, file: IdxFile, settings: DownloadSettings) -> bytes:
    """Download NAME.gz; if the connection breaks, the next attempt continues where the last one stopped.

    Args:
        place: The folder on the web, http or https.
        file: What to fetch.
        settings: Time-outs, attempts and the deadline, which holds for all attempts together.

    Returns:
        The bytes as they came, verified by nothing.

    Raises:
        MirrorError: The server does not send the file in time; the message has the reason.
    """
    return _Transfer(place, file, settings).run()


class _Transfer:
    """One file on its way."""

    def __init__(self, place: Place, file: IdxFile, settings: DownloadSettings) -> None:
        self.place, self.file, self.settings = place, file, settings
        self.received = bytearray()
        self.line = Line(place.own)

    def run(self) -> bytes:
        guard = threading.Timer(self.settings.file_deadline_seconds, self.line.end)
        guard.daemon = True
        guard.start()
        try:
            for _ in range(self.settings.attempts):
                try:
                    self._receive()
                    return bytes(self.received)
                except (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError) as error:
                    reason = _reason(error)
                self._require_time()
            raise MirrorError(f"{self.file.name}.gz: {reason} after {len(self.received)} bytes")
        finally:
            guard.cancel()
            self.line.close()

    def _require_time(self) -> None:
        if self.line.ended:
            limit = f"{self.settings.file_deadline_seconds:g} s, which download.file_deadline_seconds allows"
            raise MirrorError(f"{self.file.name}.gz: given up after {limit}, and {len(self.received)} bytes")

    def _receive(self) -> None:
        response = self._answer()
        with response:
            if response.status_code == requests.codes.ok:
                self.received.clear()  # the server sends the file from its beginning
            elif response.status_code == requests.codes.requested_range_not_satisfiable and self.received:
                return  # the connection broke after the last byte
            elif response.status_code != requests.codes.partial_content:
                raise MirrorError(f"{self.file.name}.gz: HTTP status {response.status_code}")
            expected = self._content_length(response) or self.file.size  # decompressed: more than it can be
            with progress(self.file.name) as shown:
                while chunk := response.raw.read1(CHUNK):  # iter_content would lose the last chunk of a broken transfer
                    self.received += chunk
                    shown.advance(len(chunk) / expected, f"{len(self.received) / 1e6:.2f} MB")
                    self._require_size(len(self.received))
        self._require_time()  # a file whose length the server does not name ends like this at the deadline too

    def _require_size(self, size: int) -> None:
        if size > self.file.size + SLACK:
            raise MirrorError(f"{self.file.name}.gz: larger than the {self.file.size} bytes it should decompress to")

    def _content_length(self, response: requests.Response) -> int | None:
        """What the header says, if it is there; no file can have a length that is not one number."""
        written = {part.strip() for line in response.raw.headers.getlist("Content-Length") for part in line.split(",")}
        if not written:
            return None
        text = written.pop()
        if written or not (text.isascii() and text.isdigit()):
            raise MirrorError(
                f"{self.file.name}.gz: expected one number as Content-Length, received {plain(', '.join([text, *written])) or 'nothing'}"
            )
        length = int(text.lstrip("0")[:20] or "0")  # 20 digits are too large already
        self._require_size(len(self.received) + length)
        return length

    def _answer(self) -> requests.Response:
        """Get the headers within the connect time-out, which covers name look-up, every address of the host and redirects.

        A thread waits for them, because a name look-up cannot be interrupted.
        """
        answers: queue.Queue[requests.Response | Exception] = queue.Queue()

        def ask() -> None:
            try:
                answers.put(self._follow())
            except Exception as error:  # of any kind: the caller waits for an answer
                answers.put(error)

        threading.Thread(target=ask, daemon=True).start()
        try:
            answer = answers.get(timeout=self.settings.connect_timeout_seconds)
        except queue.Empty:
            raise MirrorError(f"no answer within {self.settings.connect_timeout_seconds:g} s") from None
        if isinstance(answer, MirrorError):
            raise answer
        self._require_time()
        if isinstance(answer, Exception):
            raise MirrorError(_reason(answer))
        return answer

    def _follow(self) -> requests.Response:
        """Ask for the file, and where the answer is another address, ask there; each address is checked before it is asked."""
        first = url = f"{self.place.address.rstrip('/')}/{self.file.name}.gz"
        previous = None
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={len(self.received)}-"} if self.received else {})
        timeouts = (self.settings.connect_timeout_seconds, self.settings.read_timeout_seconds)
        for _ in range(MOST_REDIRECTS + 1):
            check_address(url, self.place.own, previous)
            # The user's own name and password, from the address or ~/.netrc, go to the server that the user named and to no other.
            auth = None if self.place.own and urlsplit(url)[:2] == urlsplit(first)[:2] else _no_credentials
            response = self.line.session.get(url, headers=headers, stream=True, timeout=timeouts, allow_redirects=False, auth=auth)
            if not response.is_redirect:
                return response
            response.close()
            url, previous = urljoin(url, response.headers["Location"]), url
        raise MirrorError(f"more than {MOST_REDIRECTS} redirects")


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


# What went wrong, by the kind of an error or of one of its causes; the first that fits is said.
REASONS: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
    ("no connection, or it was closed early", (urllib3.exceptions.NewConnectionError, RemoteDisconnected, ConnectionError)),
    ("it went silent", (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)),
    ("its certificate is not valid, or it does not speak https", (requests.exceptions.SSLError, urllib3.exceptions.SSLError)),
    ("it broke off", (IncompleteRead, urllib3.exceptions.IncompleteRead)),
    ("its answer is not HTTP", (HTTPException, urllib3.exceptions.InvalidHeader, requests.exceptions.InvalidHeader)),
    ("expected a web address with a host", (ValueError, urllib3.exceptions.LocationValueError)),
)


def _reason(error: Exception) -> str:
    """Why there is no file, in the words of a person who does not know the libraries."""
    causes: list[BaseException] = [error]
    for cause in causes:
        causes += [part for part in (*cause.args, getattr(cause, "reason", None)) if isinstance(part, BaseException) and part not in causes]
    return next((reason for reason, kinds in REASONS if any(isinstance(cause, kinds) for cause in causes)), REASONS[0][0])
