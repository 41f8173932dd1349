"""Fetching files from mirrors, which are web folders or local ones: tried in order, and nothing that is not verified is returned."""

from collections.abc import Sequence
from pathlib import Path

from pipeline.data.datasets import IdxFile
from pipeline.download.addresses import Place
from pipeline.download.verify import MirrorError, OtherBytesError, verify
from pipeline.download.web import SLACK, fetch_web
from pipeline.files.errors import DataError, DownloadError
from pipeline.files.plain import read_plain
from pipeline.settings.params import DownloadSettings


def fetch_verified(files: Sequence[IdxFile], places: Sequence[Place], settings: DownloadSettings) -> dict[str, bytes]:
    """Fetch every file from the first mirror that serves it as it should be.

    Args:
        files: What to fetch, with the size and the hash of each.
        places: Web addresses (http, https) or local folders that hold NAME.gz or NAME.
        settings: Time-outs, attempts and the deadline of a file.

    Returns:
        The decompressed content of every file, by name.

    Raises:
        DownloadError: Some file is served by no mirror; the message has the reason for each.
        DataError: The same, and a mirror serves another file in its place.
    """
    fetched: dict[str, bytes] = {}
    reasons, reached = list[str](), False
    for place in places:
        try:
            for file in files:
                if file.name not in fetched:
                    fetched[file.name] = verify(file, _fetch(place, file, settings))
        except MirrorError as error:
            reasons.append(f"{place.shown}: {error}")
            reached |= isinstance(error, OtherBytesError)
        if len(fetched) == len(files):
            return fetched
    raise (DataError if reached else DownloadError)(f"no mirror serves verified files ({'; '.join(reasons) or 'none is known'})")


def _fetch(place: Place, file: IdxFile, settings: DownloadSettings) -> bytes:
    if place.is_web:
        return fetch_web(place, file, settings)
    folder = Path(place.address)
    for name in (f"{file.name}.gz", file.name):
        try:
            return read_plain(folder / name, file.size + SLACK)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError) as error:
            raise MirrorError(f"{name}: {getattr(error, 'strerror', None) or error}") from None
    raise MirrorError(f"no such file: {file.name}.gz" if folder.is_dir() else "no such folder")
