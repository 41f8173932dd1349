"""Commands run on a pseudo-terminal, as a user sees them."""

import fcntl
import os
import pty
import struct
import sys
import termios
from collections.abc import Mapping
from typing import NamedTuple

from tests.conftest import ROOT
from tests.project import accept_interrupts

ROWS, COLUMNS = 40, 100


class Shown(NamedTuple):
    """How a command ended, and everything that it sent to its terminal."""

    status: int
    text: str


def on_terminal(command: list[str], environment: Mapping[str, str] | None = None, interrupt_at: str | None = None) -> Shown:
    """Run a command on a terminal until it ends; press Ctrl-C when it has shown `interrupt_at`."""
    process, terminal = pty.fork()
    if process == 0:
        accept_interrupts()
        os.chdir(ROOT)
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        plain = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm", "LANG": "C.UTF-8"}
        os.execvpe(command[0], command, plain | dict(environment or {}))
    sent, pressed = bytearray(), False
    while part := _read(terminal):
        sent += part
        if interrupt_at and interrupt_at.encode() in sent and not pressed:
            os.write(terminal, b"\x03")
            pressed = True
    os.close(terminal)
    return Shown(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), sent.decode())


def script(text: str, *options: str) -> list[str]:
    """The command of a Python script."""
    return [sys.executable, *options, "-c", text]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # so Linux says that the command has ended
        return b""
