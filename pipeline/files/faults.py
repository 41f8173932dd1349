"""What the system refuses, as one line: which file, what was found, what to do."""

import errno
import os
import re
from pathlib import Path

AGAIN = "then run the same command again"
REMEDIES = {
    errno.ENOSPC: ("found the disk full", f"make room, {AGAIN}"),
    errno.EDQUOT: ("found your quota of the disk used up", f"make room, {AGAIN}"),
    errno.EROFS: ("found a file system that is read-only", f"make it writable, or work in a copy of the project elsewhere, {AGAIN}"),
    errno.EACCES: ("received no permission", f"change its owner or its mode, or that of its folder, {AGAIN}"),
    errno.EPERM: ("was not allowed to", f"change its owner or its mode, or that of its folder, {AGAIN}"),
    errno.EISDIR: ("found a folder in its place", f"move the folder away, {AGAIN}"),
    errno.ENOTDIR: ("found a file in a folder's place", f"move the file away, {AGAIN}"),
    errno.EEXIST: ("found a file in its place", f"move the file away, {AGAIN}"),
    errno.ENOENT: ("found none", "run `dvc repro`, which makes what is missing"),
    errno.ENOTEMPTY: ("found another process's files in it", f"wait for that process, {AGAIN}"),
    errno.EFBIG: ("found a limit on the size of files", f"raise it (`ulimit -f`), {AGAIN}"),
    errno.EMFILE: ("found too many files open", f"raise the limit (`ulimit -n`), {AGAIN}"),
    errno.EIO: ("received an error of the disk", f"check the disk, {AGAIN}"),
}
NUMBER = re.compile(r"errno = (\d+)")  # in the words of HDF5, whose errors come as OSError and as RuntimeError
SHORT = re.compile(r"\d+ requested and \d+ written")  # in those of NumPy


def describe_fault(error: BaseException) -> str | None:
    """Describe an error of the system in one line; None for any other error, which is one of the program.

    >>> describe_fault(OSError(28, "No space left on device", "artifacts/gan/modern-0/samples.npy"))
    'artifacts/gan/modern-0/samples.npy: expected to use it, found the disk full; make room, then run the same command again'
    >>> describe_fault(KeyError("epochs")) is None
    True
    """
    if isinstance(error, MemoryError):
        reason = f" ({_line(error)})" if str(error) else ""
        return f"expected enough memory, received none{reason}; end other programs, or lower batch_size or evaluate.samples, {AGAIN}"
    if isinstance(error, UnicodeError):
        return f"expected text in UTF-8, received something else ({_line(error)}); save the file as UTF-8, {AGAIN}"
    if not isinstance(error, OSError) and not is_from_hdf5(error):
        return None
    filename = getattr(error, "filename", None)
    named = f"{filename}: expected to use it" if filename else "expected an answer of the system"
    reason = getattr(error, "strerror", None) or _line(error)
    found, remedy = REMEDIES.get(_number(error) or 0, (f"received: {reason}", f"check it, {AGAIN}"))
    return f"{named}, {found}; {remedy}"


def is_from_hdf5(error: BaseException | None) -> bool:
    """Whether it is an error of the system that HDF5 met; it raises some in destructors too, where they are lost, and reported on many lines."""
    return isinstance(error, RuntimeError) and NUMBER.search(str(error)) is not None


def named(error: BaseException, written: Path, path: Path) -> OSError | None:
    """The error of the system with the file that it is about, for it names none when a write fails; None for an error of the program.

    Args:
        error: What was raised.
        written: The temporary file or folder that was being written.
        path: What it was to become, which is what the user knows.
    """
    number = _number(error)
    if number is None or not (isinstance(error, OSError) or is_from_hdf5(error)):
        return None
    name = str(getattr(error, "filename", None) or path).replace(str(written), str(path))
    return OSError(number, os.strerror(number), name)


def _number(error: BaseException) -> int | None:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    if found := NUMBER.search(str(error)):
        return int(found[1])
    return errno.ENOSPC if SHORT.search(str(error)) else None


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
