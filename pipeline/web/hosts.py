"""Requests that mean a server of this machine: their Host header names this machine.

A server on 127.0.0.1 can be reached by a page of another site whose host name is made to lead to 127.0.0.1 after the page was loaded (DNS
rebinding): for the browser both are the same site then, and the page reads the answers. The Host header still has the other site's name.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

NAMES = ("127.0.0.1", "localhost")
REFUSAL = "expected the host 127.0.0.1 or localhost, received another; open the address that the command printed\n"

Message = MutableMapping[str, Any]
Application = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


def means_this_machine(host: str) -> bool:
    """Whether a Host header names this machine, with any port: a tunnel may have another than the server.

    >>> [means_this_machine(host) for host in ("127.0.0.1:5002", "localhost", "example.org:5002", "127.0.0.1.example.org", "")]
    [True, True, False, False, False]
    """
    name, _, port = host.partition(":")
    return name.lower() in NAMES and (not port or port.isdigit())


class OwnHosts:
    """An ASGI application that answers only requests which mean this machine; others get status 403."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
        """Answer, or refuse."""
        hosts = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"host"]
        if scope["type"] != "http" or (len(hosts) == 1 and means_this_machine(hosts[0])):
            await self.application(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain; charset=utf-8")]})
        await send({"type": "http.response.body", "body": REFUSAL.encode()})
