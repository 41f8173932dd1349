"""A stage's inputs against dvc.lock: what is recorded must be the same bytes, whatever DVC itself would notice."""

import os
import time
from pathlib import Path

import pytest

from pipeline.files.errors import DataError
from pipeline.integrity import inputs
from pipeline.integrity.hashes import content_of
from pipeline.integrity.inputs import check_inputs
from pipeline.settings.lock_file import read_lock
from tests.conftest import ROOT

CELL = Path("artifacts/gan/modern-0")
WEIGHTS = CELL / "generator.weights.h5"


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights and pictures of a cell, and the record of them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(inputs, "SETTLING", 0.0)
    (CELL / "images").mkdir(parents=True)
    WEIGHTS.write_bytes(b"weights")
    for name in ("epoch-0000.png", "epoch-0001.png"):
        (CELL / "images" / name).write_bytes(name.encode())
    write_lock()


def write_lock() -> None:
    lines = ["schema: '2.0'", "stages:", "  settings:", "    cmd: none", "  train@modern-0:", "    cmd: python", "    outs:"]
    for path in (WEIGHTS, CELL / "images"):
        content = content_of(path)
        lines += [f"    - path: {path}", "      hash: md5", f"      md5: {content.md5}", f"      size: {content.size}"]
    Path("dvc.lock").write_text("\n".join(lines) + "\n")


def refused(*paths: Path) -> str:
    with pytest.raises(DataError) as raised:
        check_inputs(*paths)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_what_is_recorded_is_accepted() -> None:
    check_inputs(WEIGHTS, CELL / "images", CELL, Path("artifacts"), WEIGHTS.absolute())
    (CELL / "images/__pycache__").mkdir()
    (CELL / "images/__pycache__/a.pyc").write_bytes(b"a")
    (CELL / "images/.partial-b.png").write_bytes(b"b")
    check_inputs(CELL / "images")


@pytest.mark.parametrize("path", [WEIGHTS, CELL, Path("artifacts"), Path("artifacts/../artifacts")])
def test_a_changed_file_is_named_with_both_hashes_and_a_remedy(path: Path) -> None:
    before, expected = WEIGHTS.stat(), content_of(WEIGHTS)
    WEIGHTS.write_bytes(b"WEIGHTS")
    os.utime(WEIGHTS, ns=(before.st_atime_ns, before.st_mtime_ns))
    received = content_of(WEIGHTS)
    assert received.size == expected.size
    message = f"{WEIGHTS}: expected the bytes that dvc.lock records, {expected.md5[:8]} (7 bytes) of the stage train@modern-0, "
    message += f"received {received.md5[:8]} (7 bytes); `python -m pipeline verify --remove`, then `dvc repro`, make it again"
    assert refused(path) == message


def test_every_change_within_a_folder_is_seen() -> None:
    first, second = CELL / "images/epoch-0000.png", CELL / "images/epoch-0001.png"
    for change in (
        lambda: first.write_bytes(b"epoch-000X.png"),
        lambda: first.unlink(),
        lambda: (CELL / "images/more.png").write_bytes(b""),
        lambda: first.rename(CELL / "images/epoch-0002.png"),
        lambda: (second.rename(CELL / "x"), first.rename(second), (CELL / "x").rename(first)),
    ):
        change()
        assert "images: expected the bytes that dvc.lock records" in refused(CELL / "images")
        for path in (CELL / "images").iterdir():
            path.unlink()
        first.write_bytes(b"epoch-0000.png")
        second.write_bytes(b"epoch-0001.png")
        check_inputs(CELL / "images")


def test_a_missing_file_names_the_stage_that_makes_it() -> None:
    WEIGHTS.unlink()
    expected = f"{WEIGHTS}: expected what the stage train@modern-0 makes, found none; `dvc repro train@modern-0` makes it"
    assert refused(WEIGHTS) == refused(CELL) == expected
    WEIGHTS.mkdir()
    assert "expected the bytes that dvc.lock records" in refused(WEIGHTS)


def test_what_is_not_recorded_need_only_be_there(tmp_path: Path) -> None:
    (tmp_path / "by-hand.npz").write_bytes(b"a")
    check_inputs(Path("by-hand.npz"))
    assert refused(Path("none.npz")) == "none.npz: expected what an earlier stage makes, found none; `dvc repro` makes it"
    Path("dvc.lock").unlink()
    WEIGHTS.write_bytes(b"others")
    check_inputs(WEIGHTS)


@pytest.mark.parametrize(
    "content",
    [
        *(b"\xff", b"\0", b"[", b"- a", b"a: b: c", b"", b"[" * 100_000, b"- " * 100_000, b"a: &a [*a]\nstages: *a"),
        *(b"stages: [1]", b"stages: {a: [b]}", b"stages: {a: {outs: [{path: b}]}}", b"stages: {a: {outs: [{path: b, md5: c, size: many}]}}"),
    ],
)
def test_a_damaged_lock_is_one_line(content: bytes) -> None:
    Path("dvc.lock").write_bytes(content)
    message = refused(WEIGHTS)
    assert message.startswith("dvc.lock: expected DVC's record of the stages, received something else (")
    assert message.endswith("); `git checkout dvc.lock` restores the committed one, or remove it")


def test_a_lock_that_dvc_is_just_writing_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Path("dvc.lock").read_bytes()
    Path("dvc.lock").write_bytes(whole[: len(whole) // 2] + b"\n\t")
    monkeypatch.setattr(time, "sleep", lambda _: Path("dvc.lock").write_bytes(whole))
    check_inputs(WEIGHTS)


def test_the_projects_own_lock_is_read() -> None:
    lock = read_lock(ROOT / "dvc.lock")
    assert lock["artifacts/raw"].stage == "download"
    assert lock["artifacts/raw"].md5.endswith(".dir")
    assert {recorded.stage.split("@")[0] for recorded in lock.values()} >= {"preprocess", "classifier", "train", "evaluate", "compare"}
