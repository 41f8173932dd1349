"""A plain server of the files in a folder, for this machine alone."""

import functools
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pipeline.web.ports import HOST


class Files(SimpleHTTPRequestHandler):
    """Files with the types that browsers demand of modules and WebAssembly, whatever the system's own table says; nothing is logged."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".onnx": "application/octet-stream",
    }

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")  # the browser keeps files, and asks whether they have changed
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


def file_server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of the folder that listens on the port; 0 is any free one."""
    return ThreadingHTTPServer((HOST, port), functools.partial(Files, directory=str(folder)))
