"""The browser of a person who sits at this machine."""

import os
import sys
import webbrowser
from collections.abc import Mapping


def open_on_a_desktop(address: str) -> None:
    """Open the address where there is a desktop; elsewhere it stays a line to copy."""
    if has_desktop(sys.platform, os.environ):
        webbrowser.open(address)


def has_desktop(platform: str, environment: Mapping[str, str]) -> bool:
    """Whether a browser can be opened where the user sees it: not over SSH, and not on a Linux without a display.

    >>> has_desktop("linux", {"DISPLAY": ":0"}), has_desktop("linux", {}), has_desktop("darwin", {"SSH_CONNECTION": "1"})
    (True, False, False)
    """
    display = platform == "darwin" or environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    return bool(display) and "SSH_CONNECTION" not in environment
