"""Connections that can be ended from outside, whatever the server is doing, and whose peers are known before anything is sent.

A time-out of `requests` is one of a single read. A server that sends a byte now and then, in the headers, in a chunk's length or in the content,
never lets it run out. Here a timer of another thread ends the connection's socket, and the read that waits returns.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from pipeline.download.addresses import check_peer


class Line:
    """A session of `requests` whose connections end when `end` is called.

    Args:
        own: Whether the user named the mirror; a mirror of the registry has to have a public address.
    """

    def __init__(self, own: bool) -> None:
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self.ended = False
        self.session = requests.Session()
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, _Adapter(self._keep, None if own else check_peer))

    def end(self) -> None:
        """End every connection, and every later one at its start."""
        with self._lock:
            self.ended = True
            for kept in self._sockets:
                with suppress(OSError):
                    kept.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End every connection and give its resources back."""
        self.end()
        with self._lock:
            while self._sockets:
                self._sockets.pop().close()
        self.session.close()

    def _keep(self, connected: socket.socket) -> None:
        with self._lock:
            if self.ended:
                raise urllib3.exceptions.HTTPError("given up")
            self._sockets.append(connected.dup())  # TLS will take the socket itself over


class _Adapter(HTTPAdapter):
    """Makes connections that report their socket and, unless they go to a proxy, have their peer checked."""

    def __init__(self, keep: Callable[[socket.socket], None], check: Callable[[str], None] | None) -> None:
        self._keep, self._check = keep, check
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = _pools(self._keep, self._check)

    def proxy_manager_for(self, *arguments: Any, **named: Any) -> Any:
        manager = super().proxy_manager_for(*arguments, **named)
        if isinstance(manager, urllib3.ProxyManager):  # not of SOCKS, which makes its own connections
            manager.pool_classes_by_scheme = _pools(self._keep, None)  # the user's own proxy may be private; it looks names up itself
        return manager


def _pools(keep: Callable[[socket.socket], None], check: Callable[[str], None] | None) -> dict[str, type[urllib3.HTTPConnectionPool]]:
    def opened(connected: socket.socket) -> socket.socket:
        try:
            if check:
                check(connected.getpeername()[0])
            keep(connected)
        except BaseException:
            connected.close()
            raise
        return connected

    class Http(urllib3.connection.HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return opened(super()._new_conn())

    class Https(urllib3.connection.HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return opened(super()._new_conn())

    class HttpPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Http

    class HttpsPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Https

    return {"http": HttpPool, "https": HttpsPool}
