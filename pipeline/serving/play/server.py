"""A plain server of the files in a folder, for this machine alone."""

import functools
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pipeline.web.hosts import REFUSAL, means_this_machine
from pipeline.web.ports import HOST


class Files(SimpleHTTPRequestHandler):
    """Files with the types that browsers demand of modules and WebAssembly, whatever the system's own table says; nothing is logged."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".onnx": "application/octet-stream",
    }

    def parse_request(self) -> bool:
        """Read a request's first line and headers; one that does not mean this machine is refused."""
        if not super().parse_request():
            return False
        hosts = self.headers.get_all("Host", [])
        if len(hosts) == 1 and means_this_machine(hosts[0]):
            return True
        self.send_error(HTTPStatus.FORBIDDEN, explain=REFUSAL)
        return False

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")  # the browser keeps files, and asks whether they have changed
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


def file_server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of the folder that listens on the port; 0 is any free one."""
    return ThreadingHTTPServer((HOST, port), functools.partial(Files, directory=str(folder)))
