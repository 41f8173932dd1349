"""Files that fuzzing found, or that would take hours: each is refused in one line that can be printed."""

import io
import time
import zipfile
from pathlib import Path

import pytest

from benchmarks.fuzz.kind import find_kind
from pipeline.files.errors import DataError


def npz(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{name}.npy", b"")
    return file.getvalue()


def npy(kind: str, shape: str) -> bytes:
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}\n".encode()
    return b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header


def weights(old: bytes, new: bytes) -> bytes:
    return find_kind("weights").seeds()[0].replace(old, new)


HOSTILE = {
    "a type that NumPy does not know": ("arrays", npy("|u0", "0, 28, 28")),
    "a size of very many digits": ("arrays", npy("|u1", "9" * 400)),
    "an escape sequence in the name of an array": ("arrays", npz("\x1b[2J")),
    "a zero byte in what is expected": ("weights", weights(b"TREE", b"TREF")),
    "an escape sequence in the name of a dataset": ("weights", weights(b"dense\0", b"\x1b[2Je\0")),
    "a key twice among very many": ("json_file", b"{" + b"".join(b'"%d": 0, ' % key for key in range(40_000)) + b'"39999": 0}'),
}


@pytest.mark.parametrize(("reader", "content"), HOSTILE.values(), ids=HOSTILE)
def test_it_is_refused_in_one_printable_line_at_once(tmp_path: Path, reader: str, content: bytes) -> None:
    kind = find_kind(reader)
    path = tmp_path / kind.file
    path.write_bytes(content)
    began = time.process_time()
    with pytest.raises(DataError) as refused:
        kind.reader()(path)
    assert time.process_time() - began < 5
    assert str(refused.value).isprintable()
    assert kind.file in str(refused.value)
