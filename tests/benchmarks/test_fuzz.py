"""The readers under fuzzing: a short trial of each, and what counts as a failure, up to the death of the process."""

import importlib.util
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.fuzz import results, running
from benchmarks.fuzz.__main__ import SECONDS
from benchmarks.fuzz.kind import KINDS, find_kind
from benchmarks.fuzz.results import FUZZERS, code_hash, is_done, rows, save, table
from benchmarks.fuzz.running import run_trial
from benchmarks.fuzz.tally import Tally
from benchmarks.fuzz.trial import INPUT, TALLY
from pipeline.files.artifacts import write_json
from pipeline.files.errors import DataError
from pipeline.files.json_file import read_json
from tests.conftest import ROOT

SHORT = 0.3  # seconds of processor time of a trial
BAD_READERS = {
    "{}['key']": "KeyError: 'key'",
    "fail('broken')": "a refusal that does not name the file: 'broken'",
    "fail('file: \\n')": "a refusal with characters that move the cursor or start a line: 'file: \\n'",
    "fail('file: \\x1b[2J')": "a refusal with characters that move the cursor or start a line: 'file: \\x1b[2J'",
    "fail('file' * 1000)": "a refusal of more than 1000 characters: ",
    "1 / len(content)": "ZeroDivisionError: division by zero",
}
LIMITED = """
import os, resource, sys
from pathlib import Path
from typing import Any
from benchmarks.fuzz import trial
from benchmarks.fuzz.kind import Kind
trial.INPUT_SECONDS = 0
kind = Kind("file", (), None, lambda: [b"seed"], None)
def read(path):
    if path.read_bytes() == b"damaged":
        {code}
tried = trial.Trial(kind, read, 1.0, Path(sys.argv[1]))
tried.take(b"damaged")
tried.save(finished=True)
"""


def tally_of(tmp_path: Path, code: str) -> Tally:
    def fail(message: str) -> None:
        raise DataError(message)

    return Tally(lambda path: eval(code, {"content": path.read_bytes(), "fail": fail}), tmp_path / "file")


@pytest.mark.parametrize("reader", KINDS)
def test_a_reader_takes_or_refuses_whatever_it_is_given(reader: str) -> None:
    row = run_trial(reader, "hypothesis", SHORT)
    assert (row["other"], row["others"]) == (0, [])
    assert row["accepted"] >= len(find_kind(reader).seeds())
    assert row["refused"] > row["refusals"] > 1
    assert row["inputs"] == row["accepted"] + row["refused"]
    assert row["seconds"] >= SHORT


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this system")
def test_atheris_finds_its_way_past_the_first_check() -> None:
    row = run_trial("idx", "atheris", SHORT)
    assert (row["other"], row["fuzzer"]) == (0, "atheris")
    assert row["refusals"] > 1
    assert row["seconds"] >= SHORT


@pytest.mark.parametrize(("code", "problem"), BAD_READERS.items())
def test_whatever_is_no_refusal_in_one_line_is_counted_and_kept(tmp_path: Path, code: str, problem: str) -> None:
    tally = tally_of(tmp_path, code)
    tally.take(b"")
    tally.take(b"")
    found = tally.summary()
    assert (found["inputs"], found["accepted"], found["refused"], found["other"]) == (2, 0, 0, 2)
    assert [(other["times"], other["whole"]) for other in found["others"]] == [(2, "")]
    assert found["others"][0]["problem"].startswith(problem)


def test_what_is_accepted_or_refused_in_one_line_is_no_failure(tmp_path: Path) -> None:
    tally = tally_of(tmp_path, "content or fail('file: expected 5 bytes, received none; make it again')")
    for content in (b"", b"whole", b""):
        tally.take(content)
    found = tally.summary()
    assert (found["accepted"], found["refused"], found["other"], found["others"]) == (1, 2, 0, [])
    assert found["frequent_refusals"] == {"expected … bytes, …": 2}


def test_time_and_memory_of_the_worst_input_are_measured(tmp_path: Path) -> None:
    tally = tally_of(tmp_path, "b'x' * 2**26 if content else None")
    tally.take(b"")
    assert tally.summary()["memory_megabytes"] < 10
    tally.take(b"x")
    tally.take(b"")
    assert 60 < tally.summary()["memory_megabytes"] < 80
    assert tally.summary()["longest_seconds"] > 0


@pytest.mark.parametrize(
    ("code", "status", "problem"),
    [
        ("while True: pass", -signal.SIGXCPU, "took longer than"),
        ("os.kill(os.getpid(), 11)", -signal.SIGSEGV, "the process ended with status -11"),
    ],
)
def test_the_end_of_the_process_is_a_failure_of_its_last_input(tmp_path: Path, code: str, status: int, problem: str) -> None:
    ended = subprocess.run([sys.executable, "-c", LIMITED.format(code=code), str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == status, ended.stderr
    death = running._death((ended.returncode, ""), (tmp_path / "input" / "file").read_bytes())
    assert death["problem"].startswith(problem)
    assert bytes.fromhex(death["whole"]) == b"damaged"


@pytest.mark.parametrize(
    ("code", "ended"),
    [("import time; time.sleep(600)", (None, "")), ("while __import__('time').process_time() < 1: pass\nexit('last words')", (1, "last words"))],
    ids=["sleeps", "works"],
)
def test_only_a_process_that_sleeps_hangs(monkeypatch: pytest.MonkeyPatch, code: str, ended: tuple[int | None, str]) -> None:
    monkeypatch.setattr(running, "POLL_SECONDS", 0.02)
    assert running._watched([sys.executable, "-c", code]) == ended


def test_an_allocation_beyond_the_limit_fails_in_the_reader(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", LIMITED.format(code="bytearray(2**30)"), str(tmp_path)], cwd=ROOT, check=True)
    assert [other["problem"] for other in read_json(tmp_path / TALLY, dict[str, Any])["others"]] == ["MemoryError"]


def test_a_trial_goes_on_after_the_end_of_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, began = running._child, list[list[str]]()

    def dies_once(arguments: list[str]) -> tuple[int | None, str]:
        began.append(arguments[2:4])
        if len(began) > 1:
            return real(arguments)
        tally, file = tally_of(tmp_path, "None"), Path(arguments[4]) / INPUT / find_kind("idx").file
        tally.take(b"")
        file.parent.mkdir()
        file.write_bytes(b"damaged")
        write_json(Path(arguments[4]) / TALLY, tally.summary() | {"finished": False, "seconds": 5.0})
        return -signal.SIGSEGV, ""

    monkeypatch.setattr(running, "_child", dies_once)
    row = run_trial("idx", "hypothesis", 5.0 + SHORT)
    assert began == [[str(5.0 + SHORT), "0"], [str(5.0 + SHORT - 5.0), "1"]]
    assert [(other["problem"], other["whole"]) for other in row["others"]] == [("the process ended with status -11: ", b"damaged".hex())]
    assert row["inputs"] == row["accepted"] + row["refused"] + 1
    assert row["seconds"] >= 5.0 + SHORT


def test_a_finished_trial_is_not_run_again_until_the_reader_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOUND", tmp_path / "found")
    file, tally = tmp_path / "fuzz.json", tally_of(tmp_path, "{}['key']")
    row = tally.summary() | {"reader": "idx", "fuzzer": "hypothesis", "seconds": 0.1, "code_sha256": code_hash("idx")}
    tally.take(b"hi")
    found = save(save(rows(file), row | {"reader": "png"}, file), row | tally.summary(), file)
    assert found == rows(file)
    assert [trial["reader"] for trial in found] == ["idx", "png"]
    assert Path(found[0]["others"][0]["file"]).read_bytes() == b"hi"
    assert not is_done(found, "idx", "hypothesis", 0.1), "it found something"
    found = save(found, row, file)
    assert is_done(found, "idx", "hypothesis", 0.1)
    assert not is_done(found, "idx", "hypothesis", 100.0)
    assert not is_done(found, "idx", "atheris", 0.1)
    assert not is_done(found, "png", "hypothesis", 0.1), "its code is another than that of idx"
    assert table(found).count("\n") == 3


def test_a_reader_that_is_not_known_is_refused() -> None:
    with pytest.raises(DataError, match=r"^expected a reader \(idx, .*\), received 'idxx'; the nearest known is idx$"):
        find_kind("idxx")


def test_the_published_trials_are_of_every_reader_and_found_nothing() -> None:
    published = rows(ROOT / "benchmarks/fuzz.json")
    assert {(row["reader"], row["fuzzer"]) for row in published} == {(reader, fuzzer) for reader in KINDS for fuzzer in FUZZERS}
    for row in published:
        assert row["others"] == []
        assert row["seconds"] >= SECONDS
        assert row["inputs"] == row["accepted"] + row["refused"]
