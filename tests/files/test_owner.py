"""One process at a time owns what a stage writes, and what it owned is free when it has ended, in whichever way."""

import os
import signal
from pathlib import Path

import pytest

from pipeline.files.errors import PipelineError
from pipeline.files.owner import owner, state_folder
from tests.files.processes import read_line, start

OWNS = """
from pipeline.files.owner import owner
with one_line_errors(), owner("train", "modern-0"):
    print("owns", flush=True)
    time.sleep(float(os.environ["SECONDS_OWNED"]))
"""


def test_the_second_waits_with_a_sentence_until_the_first_was_killed(tmp_path: Path) -> None:
    copy = tmp_path / "temporary copy"
    copy.mkdir()
    with start(OWNS, tmp_path, SECONDS_OWNED="600") as first:
        assert read_line(first) == "owns"
        with start(OWNS, copy, SECONDS_OWNED="0", DVC_ROOT=str(tmp_path)) as second:
            assert second.stderr is not None
            waiting = f"waiting for process {first.pid}, which runs train@modern-0; Ctrl-C ends the wait, and nothing else\n"
            assert second.stderr.readline() == waiting
            assert second.poll() is None
            first.kill()
            assert second.communicate(timeout=60) == ("owns\n", "")
        assert second.returncode == 0


def test_a_signal_ends_the_wait_at_once(tmp_path: Path) -> None:
    with start(OWNS, tmp_path, SECONDS_OWNED="600") as first:
        assert read_line(first) == "owns"
        with start(OWNS, tmp_path, SECONDS_OWNED="0") as second:
            assert second.stderr is not None
            second.stderr.readline()
            second.send_signal(signal.SIGTERM)
            assert second.communicate(timeout=30)[1] == "error: terminated; no half-written output was kept, run the same command again\n"
        assert second.returncode == 143


def test_other_cells_and_other_stages_are_owned_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    with owner("train", "modern-0"), owner("train", "asker-0"), owner("evaluate", "modern-0"), owner("download"):
        locks = {path.name: int(path.read_text()) for path in (state_folder() / "locks").iterdir()}
    assert locks == {f"{name}.lock": os.getpid() for name in ("train-modern-0", "train-asker-0", "evaluate-modern-0", "download")}
    with owner("download"):
        pass


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    (tmp_path / ".state").write_text("a file in the folder's place")
    with pytest.raises(PipelineError, match=r"download\.lock: expected a lock that can be taken, received: Not a directory; make"), owner("download"):
        pytest.fail("it was not owned")
