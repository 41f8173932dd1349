"""Whatever stands in params.yaml: one short line that can be printed, soon, and in little memory."""

import itertools
import os
import re
import resource
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.files.errors import SettingsError
from pipeline.settings.params import load_settings
from tests.conftest import ROOT
from tests.settings.hostile import KINDS, PARAMS, hostile_params, settings, with_value


def refused(path: Path) -> str:
    with pytest.raises(SettingsError) as raised:
        load_settings(path)
    return str(raised.value)


def check_line(message: str, path: Path) -> None:
    assert message.startswith(f"{path}: ")
    said = message.removeprefix(f"{path}: ")
    assert said.isprintable()
    assert 10 < len(said) < 450
    assert max(len(list(run)) for _, run in itertools.groupby(said)) <= 80


@pytest.fixture
def little_memory() -> Iterator[None]:
    """A process that may grow by 300 MB."""
    if not (size := Path("/proc/self/statm")).is_file():
        pytest.skip("the size of a process is read from /proc")
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(size.read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_file_is_refused_in_one_short_line(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_bytes(KINDS[kind])
    started = time.process_time()
    check_line(refused(path), path)
    assert time.process_time() - started < 20  # a tenth of it on a quiet machine


def test_a_hostile_value_is_refused_in_one_short_line_wherever_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    values = [(name, content) for name, content in hostile_params() if name not in KINDS]
    assert len(values) + len(KINDS) >= 300
    for name, content in values[::5]:  # a fifth, with every kind among them: the time of a test is short
        path.write_bytes(content)
        message = refused(path)
        check_line(message, path)
        assert name.split(":")[0].rpartition(".")[2] in message or re.search(r"line [0-9]+", message), (name, message)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (Path.mkdir, "expected a file, received a folder"),
        (os.mkfifo, "expected a file, received a named pipe"),
        (_socket, "expected a file, received a socket"),
        (lambda path: path.symlink_to("/dev/zero"), "expected a file, received a device"),
        (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
        (lambda path: path.symlink_to("nothing"), "no such file"),
        (lambda path: path.symlink_to("/proc/self/mem"), ""),
        pytest.param(lambda path: path.touch(0), "Permission denied", marks=pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")),
    ],
)
def test_what_lies_in_the_place_of_params_is_named_and_never_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], reason: str
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket has to be short
    path = Path("params.yaml")
    make(path)
    message = refused(path)
    check_line(message, path)
    assert reason in message


def test_the_file_may_begin_with_a_byte_order_mark_and_end_its_lines_as_windows_does(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + PARAMS.replace("\n", "\r\n").encode())
    assert load_settings(path) == load_settings(ROOT / "params.yaml")


def test_every_number_has_an_upper_bound_and_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    numbers = 0
    for section, key in settings():
        path.write_bytes(with_value(section, key, str(10**18 + 1)))
        message = refused(path)
        if re.search(r"expected (a valid (string|boolean|list)|a section|')", message):
            continue
        numbers += 1
        assert re.search(rf"{key}: expected (less than [a-z ]*[0-9.]+|1 or (10|3)), received 10{{17}}1$", message), message
    assert numbers > 40
