"""What tests share: small digits made on the fly, small settings, a web server that misbehaves on request."""

import gzip
import hashlib
import os
import shutil
import ssl
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

# One thread for each operation: processes side by side would get in each other's way. Read when TensorFlow starts.
os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}

# isort: split
import numpy as np
import pytest
from filelock import FileLock

from pipeline.data.datasets import DATA_SETS, DIGIT_NAMES, DataSet, IdxFile
from pipeline.data.digits import Digits, load_digits
from pipeline.data.idx import IDX_FILES, encode_idx
from pipeline.files.json_file import read_json
from pipeline.settings.params import Settings
from pipeline.settings.yaml_file import read_yaml

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.project import Reproduced

ROOT = Path(__file__).parent.parent
collect_ignore = ["oracles/make_oracles.py"]  # it runs in an environment of its own


@pytest.fixture
def digits() -> Digits:
    """Forty images whose brightness depends on their class."""
    labels = np.arange(40, dtype=np.uint8) % 10
    noise = np.random.default_rng(0).integers(0, 5, (40, 28, 28))
    return Digits("mnist", (noise + 25 * labels[:, None, None]).astype(np.uint8), labels)


@pytest.fixture(scope="session")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Digits:
    """The training split of the real digits that scikit-learn carries."""
    from pipeline.stages.download import download
    from pipeline.stages.preprocess import Paths, preprocess

    folder = tmp_path_factory.mktemp("scans")
    whole = Settings.model_validate(read_yaml(ROOT / "params.yaml"))
    download(folder / "raw", whole.download.model_copy(update={"source": "digits"}))
    splits = [folder / f"{name}.npz" for name in ("train", "validation", "test")]
    preprocess(Paths(folder / "raw", *splits), whole.preprocess)
    return load_digits(splits[0])


def shrink(content: dict[str, Any]) -> dict[str, Any]:
    """The project's own settings, cut down to seconds."""
    content["run"] |= {"variants": ["asker", "modern"], "threads": 1}
    content["download"]["source"] = "digits"
    content["classifier"] |= {"epochs": 2, "minimum_steps": 1, "width": 4, "batch_size": 32}
    content["train"] |= {"epoch_images": 256, "sheet_rows": 1}
    content["evaluate"] |= {"samples": 300, "minimum_accuracy": 0.0}
    content["compare"]["baseline"] = "asker"
    content["repair"] |= {"trial_share": 1.0, "budget_images": 6000}
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
def expected(idx_files: dict[str, bytes]) -> tuple[IdxFile, ...]:
    return tuple(IdxFile(name, len(content), hashlib.sha256(content).hexdigest(), "content") for name, content in idx_files.items())


@pytest.fixture
def tiny_set(expected: tuple[IdxFile, ...], monkeypatch: pytest.MonkeyPatch) -> DataSet:
    """The files of `idx_files` as a data set of the registry, `tiny`, without a mirror."""
    data_set = DataSet("Tiny", expected, (), DIGIT_NAMES, "the tests", "none")
    monkeypatch.setitem(DATA_SETS, "tiny", data_set)
    for name in ("DATA_MIRROR", "MNIST_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    return data_set


@pytest.fixture(autouse=True)
def _seeded() -> None:
    """Untrained networks are the same whichever tests ran before in the process."""
    if keras := sys.modules.get("keras"):
        keras.utils.set_random_seed(0)


@pytest.fixture(scope="session")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> "Reproduced":
    """A small project on the bundled digits, and what its first `dvc repro` printed; tests/test_pipeline.py changes it."""
    return _shared(tmp_path_factory, "digits", None)


@pytest.fixture(scope="session")
def finished_project(reproduced: "Reproduced") -> Path:
    """The same project as its first `dvc repro` left it, for tests to copy."""
    assert reproduced.status == 0, reproduced.stdout + reproduced.stderr
    return reproduced.folder.with_name("finished")


@pytest.fixture(scope="session")
def reproduced_mnist(tmp_path_factory: pytest.TempPathFactory) -> "Reproduced":
    """The same on MNIST, where it is at hand."""
    if not os.environ.get("MNIST_MIRROR"):
        pytest.skip("MNIST_MIRROR is not set")
    return _shared(tmp_path_factory, "mnist", os.environ["MNIST_MIRROR"])


def _shared(factory: pytest.TempPathFactory, name: str, mirror: str | None) -> "Reproduced":
    """A project that all processes of a test run share: the first that asks makes it."""
    from tests.project import Reproduced, reproduce

    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"project-{name}"
    with FileLock(f"{folder}.lock"):
        if not (folder / "ended.json").exists():
            shutil.rmtree(folder, ignore_errors=True)
            reproduce(folder, mirror)
    return Reproduced(folder / "project", *read_json(folder / "ended.json"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: started last, they would run on alone in one process."""
    longest = ("test_pipeline.py", "test_commands.py", "test_mnist.py")
    items.sort(key=lambda item: longest.index(item.path.name) if item.path.name in longest else len(longest))


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A headless Chromium."""
    from benchmarks.chromium import chromium

    with chromium() as started:
        yield started


class Mirror:
    """A web server on loopback that serves files under /BEHAVIOUR/NAME.gz, with any folders between the two."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.requests: list[tuple[str, str | None]] = []  # path, Range header
        self.credentials: list[str | None] = []  # the Authorization header of each request
        self.target = ""  # where `elsewhere` redirects to
        self.released = threading.Event()
        self.scheme = "http"
        self.header = ""  # the Content-Length, if it is to be another than the right one
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.requests.append((self.path, self.headers.get("Range")))
                mirror.credentials.append(self.headers.get("Authorization"))
                _, behaviour, *_, name = self.path.split("/")
                getattr(mirror, behaviour)(self, gzip.compress(files.get(name.removesuffix(".gz"), b""), mtime=0))

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def url(self, behaviour: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.server.server_port}/{behaviour}/"

    def speak_tls(self, certificate: Path) -> None:
        """Answer https from now on, with this certificate and the key in the same file."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.scheme = "https"

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def _send(self, handler: BaseHTTPRequestHandler, content: bytes, status: int = 200, length: int | None = None) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", self.header or str(len(content) if length is None else length))
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
        self._to(handler, handler.path.replace("redirect", "page"))

    def bomb(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._send(handler, gzip.compress(bytes(5_000_000)))

    def endless(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(200):
            try:
                handler.wfile.write(bytes(10_000))
            except OSError:
                return

    def _raw(self, handler: BaseHTTPRequestHandler, start: bytes, again: bytes, seconds: float = 0.0) -> None:
        """Send a start of one's own, and then the same bytes again and again until the test ends or the other side hangs up."""
        try:
            handler.wfile.write(start)
            while not self.released.wait(seconds):
                handler.wfile.write(again)
        except OSError:
            return

    def drips(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._raw(handler, b"HTTP/1.0 200 OK\r\nContent-Length: 200\r\n\r\n", b"x", 0.05)

    def drips_without_length(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._raw(handler, b"HTTP/1.0 200 OK\r\n\r\n", b"x", 0.05)

    def drips_chunks(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._raw(handler, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.05)

    def drips_a_chunks_length(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._raw(handler, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0", 0.05)

    def drips_headers(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._raw(handler, b"HTTP/1.0 200 OK\r\n", b"x", 0.05)

    def endless_headers(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._raw(handler, b"HTTP/1.0 200 OK\r\n", b"X-More: 1\r\n")

    def endless_continue(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._raw(handler, b"", b"HTTP/1.1 100 Continue\r\n\r\n")

    def chunks_for_ever(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._raw(handler, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + bytes(4096) + b"\r\n")

    def no_http(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")

    def length(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        """The Content-Length of the address' third part, where `+` makes a second header."""
        handler.send_response(200)
        for written in handler.path.split("/")[2].split("+"):
            handler.send_header("Content-Length", written)
        handler.end_headers()
        handler.wfile.write(content)

    def turns(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._to(handler, handler.path)

    def elsewhere(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        """Redirect to `self.target`, and the name of the file there."""
        self._to(handler, self.target + handler.path.rpartition("/")[2])

    @staticmethod
    def _to(handler: BaseHTTPRequestHandler, address: str) -> None:
        handler.send_response(302)
        handler.send_header("Location", address)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def silent(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self.released.wait(30)

    def stalls(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        self._send(handler, content[:100], length=len(content))
        self.released.wait(30)

    def breaks_off(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        """Send half of the file, and the rest if it is asked for."""
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
