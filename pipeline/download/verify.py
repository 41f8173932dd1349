"""Verifying one downloaded file: decompressed no further than it may reach, its size and its hash compared with the registry's."""

import gzip
import hashlib
import io
import zlib

from pipeline.data.datasets import DATA_SETS, IdxFile

GZIP_MAGIC = b"\x1f\x8b"


class MirrorError(Exception):
    """Why one mirror cannot be used."""


class OtherBytesError(MirrorError):
    """A mirror answers, and serves something else than the registry expects: the entry or the mirror is wrong."""


def verify(file: IdxFile, received: bytes) -> bytes:
    """Check a file that a mirror has served.

    Args:
        file: What the registry says of the file.
        received: The bytes of the file, compressed with gzip or not.

    Returns:
        The decompressed content.

    Raises:
        MirrorError: The bytes are not those of the official file; the message says what they are where that is known. An OtherBytesError unless they
            are a web page, as that with which a network asks for a login.
    """
    content = _decompress(file, received)
    hashes = {"gzip": hashlib.sha256(received).hexdigest(), "content": hashlib.sha256(content).hexdigest()}
    if len(content) == file.size and hashes[file.hash_of] == file.sha256:
        return content
    kind = MirrorError if _is_web_page(content) else OtherBytesError
    raise kind(f"{file.name}.gz: {_difference(file, received, content, hashes)}")


def _decompress(file: IdxFile, received: bytes) -> bytes:
    if not received.startswith(GZIP_MAGIC):
        return received
    try:
        return gzip.GzipFile(fileobj=io.BytesIO(received)).read(file.size + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise MirrorError(f"{file.name}.gz: broken gzip ({error})") from None


def _is_web_page(content: bytes) -> bool:
    return content[:4].lstrip().startswith(b"<")


def _difference(file: IdxFile, received: bytes, content: bytes, hashes: dict[str, str]) -> str:
    """Say what the bytes are instead of the file."""
    for name, data_set in DATA_SETS.items():
        for other in data_set.files:
            if other != file and hashes[other.hash_of] == other.sha256:
                return f"these are the files of {name} ({other.name})"
    if _is_web_page(content):
        return "a web page instead of a gzip file"
    if len(content) != file.size:
        size = f"more than {file.size}" if len(content) > file.size else str(len(content))
        return f"expected {file.size} bytes after decompression, received {size}"
    if file.hash_of == "gzip" and not received.startswith(GZIP_MAGIC):
        return "expected the official .gz file, whose hash is published, received a file that is not compressed"
    return "its sha256 is not that of the official file"
