"""What tests share: small digits made on the fly, small settings, a web server that misbehaves on request."""

import gzip
import os
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.data.digits import Digits
from pipeline.data.idx import IDX_FILES, encode_idx
from pipeline.download.mirrors import Expected
from pipeline.settings.params import Settings, read_yaml

ROOT = Path(__file__).parent.parent


@pytest.fixture
def digits() -> Digits:
    """Forty images whose brightness tells their class."""
    labels = np.arange(40, dtype=np.uint8) % 10
    noise = np.random.default_rng(0).integers(0, 5, (40, 28, 28))
    return Digits("mnist", (noise + 25 * labels[:, None, None]).astype(np.uint8), labels)


def shrink(content: dict[str, Any]) -> dict[str, Any]:
    """The project's own settings, cut down to seconds."""
    content["run"] |= {"variants": ["asker", "modern"], "threads": 1}
    content["download"]["source"] = "digits"
    content["classifier"] |= {"epochs": 2, "minimum_steps": 1, "width": 4, "batch_size": 32}
    content["train"] |= {"epoch_images": 256, "sheet_rows": 1}
    content["evaluate"] |= {"samples": 300, "minimum_accuracy": 0.0}
    content["compare"]["baseline"] = "asker"
    for variant in content["gan"].values():
        variant |= {"training_images": 512, "batch_size": 32}
        if variant["network"] != "mlp":
            variant |= {"generator_width": 4, "discriminator_width": 4}
    return content


@pytest.fixture
def settings() -> Settings:
    return Settings.model_validate(shrink(read_yaml(ROOT / "params.yaml")))


@pytest.fixture
def idx_files() -> dict[str, bytes]:
    """A data set of six training and three test images as IDX files."""
    random = np.random.default_rng(0)
    arrays = []
    for count in (6, 3):
        arrays += [random.integers(0, 256, (count, 28, 28), np.uint8), random.integers(0, 10, count, np.uint8)]
    return {name: encode_idx(array) for name, array in zip(IDX_FILES, arrays, strict=True)}


@pytest.fixture
def expected(idx_files: dict[str, bytes]) -> tuple[Expected, ...]:
    import hashlib

    return tuple(Expected(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in idx_files.items())


@pytest.fixture(scope="session")
def reproduced(tmp_path_factory) -> dict[str, tuple[Path, subprocess.CompletedProcess[str]]]:
    """Small projects and what their first `dvc repro` said: two clones on the bundled digits and, where it is at hand, one on MNIST.

    Side by side, for most of their time is TensorFlow starting on one core.
    """
    from tests.project import ENVIRONMENT, make_project, run

    mirror = os.environ.get("MNIST_MIRROR")
    folders = {name: make_project(tmp_path_factory.mktemp(name)) for name in ("first", "second")}
    if mirror:
        changes = {"run": {"variants": ["asker"]}, "download": {"source": "mnist"}, "evaluate": {"split": "validation"}}
        classifier = {"epochs": 1, "batch_size": 128, "width": 8}
        folders["mnist"] = make_project(tmp_path_factory.mktemp("mnist"), classifier=classifier, **changes)
    environment = ENVIRONMENT | ({"MNIST_MIRROR": mirror} if mirror else {})
    with ThreadPoolExecutor(len(folders)) as pool:
        ended = pool.map(lambda folder: run(folder, "dvc", "repro", environment=environment), folders.values())
        return dict(zip(folders, zip(folders.values(), ended, strict=True), strict=True))


class Mirror:
    """A web server on loopback that serves files under /BEHAVIOUR/NAME.gz."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.requests: list[tuple[str, str | None]] = []  # path, Range header
        self.released = threading.Event()
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.requests.append((self.path, self.headers.get("Range")))
                _, behaviour, name = self.path.split("/")
                getattr(mirror, behaviour)(self, gzip.compress(files.get(name.removesuffix(".gz"), b""), mtime=0))

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def url(self, behaviour: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/{behaviour}/"

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    @staticmethod
    def _send(handler: BaseHTTPRequestHandler, content: bytes, status: int = 200, length: int | None = None) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content) if length is None else length))
        handler.end_headers()
        handler.wfile.write(content)

    def good(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._send(handler, content)

    def missing(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._send(handler, b"not here", status=404)

    def truncated(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._send(handler, content[:-20])

    def flipped(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        raw = bytearray(gzip.decompress(content))
        raw[-1] ^= 1
        self._send(handler, gzip.compress(bytes(raw)))

    def page(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._send(handler, b"<!DOCTYPE html><title>Sorry</title>")

    def redirect(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        handler.send_response(302)
        handler.send_header("Location", handler.path.replace("redirect", "page"))
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def bomb(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._send(handler, gzip.compress(bytes(50_000_000)))

    def endless(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(200):
            try:
                handler.wfile.write(bytes(10_000))
            except OSError:
                return

    def silent(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self.released.wait(30)

    def stalls(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._send(handler, content[:100], length=len(content))
        self.released.wait(30)

    def breaks_off(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        """Half of the file; the rest to who asks for it."""
        asked = handler.headers.get("Range")
        if asked is None:
            self._send(handler, content[: len(content) // 2], length=len(content))
        else:
            self._send(handler, content[int(asked.removeprefix("bytes=").removesuffix("-")) :], status=206)


@pytest.fixture
def mirror(idx_files: dict[str, bytes]) -> Iterator[Mirror]:
    server = Mirror(idx_files)
    yield server
    server.close()
