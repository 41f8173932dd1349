"""Small file systems of this process alone, for disks that are full or read-only; only root may mount them."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

CLONE_NEWNS = 0x00020000  # of linux/sched.h: mounts that no other process sees, and that end with this one


@cache
def may_mount() -> bool:
    """Whether this process can mount; the first call gives it a mount namespace of its own. To be called before any thread starts."""
    if os.name != "posix" or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS):
        return False
    return subprocess.run(["mount", "--make-rprivate", "/"], capture_output=True).returncode == 0


@contextmanager
def small_disk(folder: Path, bytes_: int) -> Iterator[Path]:
    """A file system in memory of so many bytes, mounted at a folder while the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={bytes_}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def remount(folder: Path, options: str) -> None:
    """Change a mounted file system: `ro`, `rw`, `size=BYTES`."""
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave no byte free in a file system; returns the file that takes them."""
    path = folder / "filler"
    with path.open("ab", buffering=0) as file:  # a buffer would fail once more where the file is closed
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return path
