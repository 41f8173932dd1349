"""Which project and which process a run belongs to, and whether that process still works at it."""

import socket
from hashlib import sha256
from pathlib import Path

import psutil

OWNER, PROCESS = "pipeline.owner", "pipeline.process"  # tags
CLOCK_SECONDS = 60  # a process may seem to have started so much earlier or later, because the clock was set


def owner_tag(root: Path, shared: bool) -> str:
    """A hash of the project's folder; in a store that is `shared` by several projects, also of this machine's name, which may change."""
    return sha256(f"{socket.gethostname() if shared else ''}\n{root}".encode()).hexdigest()[:16]


def process_tag() -> str:
    """This process: its number, and when it started, because numbers are used again."""
    own = psutil.Process()
    return f"{own.pid} {own.create_time():.0f}"


def is_at_work(process: str) -> bool:
    """Whether another process than this one, named by its tag, is alive on this machine."""
    number, _, started = process.partition(" ")
    try:
        found = psutil.Process(int(number))
        same = abs(found.create_time() - float(started)) < CLOCK_SECONDS
        return same and found != psutil.Process() and found.status() != psutil.STATUS_ZOMBIE
    except (ValueError, psutil.Error):
        return False
