"""Reading a file that may be anything: only an ordinary file is opened, and only so many bytes are read."""

import errno
import os
import stat
from pathlib import Path

KINDS = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


def read_plain(path: Path, most: int) -> bytes:
    """Read an ordinary file, or a link to one, of at most `most` bytes.

    Opening a named pipe or a device could wait for ever, and reading one never end; so its kind is known before.

    Args:
        path: The file.
        most: The largest number of bytes that is read.

    Returns:
        The whole content.

    Raises:
        OSError: It cannot be read, is no ordinary file or is larger; `strerror` says so.

    >>> read_plain(Path("/dev/zero"), 100)
    Traceback (most recent call last):
    OSError: [Errno 22] expected a file, received a device: '/dev/zero'
    """
    _require_file(path, path.stat())
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        status = os.fstat(file.fileno())
        _require_file(path, status)  # it may have been replaced meanwhile
        content = file.read(min(most, status.st_size) + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"expected at most {most} bytes, received more", str(path))
    return content


def _require_file(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, f"expected a file, received {KINDS.get(stat.S_IFMT(status.st_mode), 'something else')}", str(path))
