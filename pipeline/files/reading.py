"""Reading whole files: whether it is a file, and how large it is, is checked before anything of it is read."""

import stat
from pathlib import Path

from pipeline.files.errors import DataError
from pipeline.files.plain import read_plain

MAKE_AGAIN = "`python -m pipeline verify --remove`, then `dvc repro`, make it again"


def check_size(path: Path, expected: str, most: int) -> int:
    """The size of a file in bytes.

    Args:
        path: The file.
        expected: What it should be, for the message.
        most: Bytes that it may have.

    Raises:
        DataError: There is no such file, it is a folder, a pipe or a device, or it is larger.
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"{path}: expected {expected}, found none; `dvc repro` makes it") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: expected {expected}, cannot read it ({_reason(error)})") from None
    if not stat.S_ISREG(status.st_mode):
        received = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
        raise DataError(f"{path}: expected {expected}, received {received}; remove it, `dvc repro` makes the file")
    if status.st_size > most:
        raise DataError(f"{path}: expected {expected} of at most {most} bytes, received {status.st_size}; {MAKE_AGAIN}")
    return status.st_size


def read_bounded(path: Path, expected: str, most: int) -> bytes:
    """The bytes of a file.

    Args:
        path: The file.
        expected: What it should be, for the message.
        most: Bytes that it may have.

    Raises:
        DataError: As `check_size`, or the file cannot be read.
    """
    check_size(path, expected, most)
    try:
        return read_plain(path, most)
    except OSError as error:
        raise DataError(f"{path}: expected {expected}, cannot read it ({_reason(error)})") from None


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
