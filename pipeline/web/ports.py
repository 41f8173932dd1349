"""The port that a server is to listen on: a word of the command line, free or refused in one line."""

import socket

from pipeline.files.errors import PipelineError

HOST = "127.0.0.1"


def port_argument(arguments: list[str], command: str, default: int) -> int:
    """The number after `--port`, or the default; other arguments are refused.

    >>> port_argument([], "serve", 5001), port_argument(["--port", "8080"], "serve", 5001)
    (5001, 8080)
    """
    match arguments:
        case []:
            return default
        case ["--port", text] if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
            return int(text)
    raise PipelineError(f"{command}: expected nothing or `--port` and a number from 1 to 65535, received {' '.join(arguments)}")


def free_socket(port: int, command: str) -> socket.socket:
    """A socket that has the port from now on; 0 takes any free port.

    Raises:
        PipelineError: Another program has the port; the message says how to start `command` on another.
    """
    waiting = socket.socket()
    waiting.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # or a port would be taken for a minute after its server ended
    try:
        waiting.bind((HOST, port))
        waiting.listen()
    except OSError as error:
        waiting.close()
        reason = f"port {port} of {HOST}: expected a free port, received: {error.strerror}"
        raise PipelineError(f"{reason}; stop the program that uses it, or `{command} PORT={port + 10}`") from None
    return waiting


def require_free(port: int, command: str) -> None:
    """Refuse a port that another program has, before the work that comes before the server's start."""
    free_socket(port, command).close()
