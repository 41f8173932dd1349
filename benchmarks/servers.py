"""Servers that measurements, screenshots and tests start."""

from pipeline.web.ports import free_socket


def free_port() -> int:
    """A port on which nothing listens now."""
    with free_socket(0, "") as unused:
        return int(unused.getsockname()[1])
