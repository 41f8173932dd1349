"""The thread beside a stage: what it does in which order, and how long the stage waits for it."""

import logging
import threading
import time
from collections.abc import Iterator

import pytest

from pipeline.tracking import background as module
from pipeline.tracking.background import WAITING, Background

LONG = 60.0  # a budget that no test waits for
SOON = 10.0  # on a busy machine


@pytest.fixture
def hanging() -> Iterator[threading.Event]:
    """Work that hangs on this event, until the test has ended."""
    event = threading.Event()
    yield event
    event.set()


def refuse() -> None:
    raise OSError("disk full\n  twice")


def warnings(captured: pytest.CaptureFixture[str]) -> list[str]:
    return captured.readouterr().err.splitlines()


def test_work_is_done_in_order_in_another_thread_and_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    done: list[tuple[int, str]] = []
    beside = Background(LONG)
    for number in range(WAITING + 50):
        beside.put(lambda number=number: done.append((number, threading.current_thread().name)))  # type: ignore[misc]
    assert beside.finish()
    assert done == [(number, "tracking") for number in range(WAITING + 50)]
    assert warnings(capsys) == []


def test_a_stage_goes_on_while_the_store_hangs_and_waits_for_its_budget_once(hanging: threading.Event, capsys: pytest.CaptureFixture[str]) -> None:
    done: list[int] = []
    beside, began = Background(2.0), time.monotonic()
    for number in range(WAITING + 1):  # one at work, and a full queue
        beside.put(hanging.wait if number == 0 else lambda: done.append(1))
    assert beside.left > 0
    assert warnings(capsys) == []
    for _ in range(20):
        beside.put(lambda: done.append(1))
    assert not beside.finish()
    assert 2 <= time.monotonic() - began < SOON
    (line,) = warnings(capsys)
    assert "the store needed more than the 2 s of tracking.budget_seconds" in line
    hanging.set()
    beside.thread.join(SOON)
    assert not beside.thread.is_alive()
    assert done == []


def test_after_an_error_nothing_more_is_tried_and_nothing_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    done: list[int] = []
    beside, began = Background(LONG), time.monotonic()
    beside.put(refuse)
    while beside.problem is None:
        time.sleep(0.01)
    for _ in range(2 * WAITING):
        beside.put(lambda: done.append(1))
    assert not beside.finish()
    assert time.monotonic() - began < SOON
    assert done == []
    (line,) = warnings(capsys)
    assert "(disk full twice); no result is lost: `python -m pipeline.tracking` records it later" in line


def test_a_stage_that_was_stopped_waits_a_moment_and_says_nothing_of_the_store(
    hanging: threading.Event, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "STOPPED_SECONDS", 0.2)
    beside, began = Background(LONG), time.monotonic()
    for _ in range(WAITING + 1):
        beside.put(hanging.wait)
    beside.hurry()
    beside.put(hanging.wait)
    assert not beside.finish()
    assert time.monotonic() - began < SOON
    assert warnings(capsys) == []
    hanging.set()
    beside.thread.join(SOON)


def test_the_libraries_beneath_are_silent_meanwhile_and_speak_again(hanging: threading.Event, caplog: pytest.LogCaptureFixture) -> None:
    loggers = [logging.getLogger(name) for name in ("urllib3.connectionpool", "sqlalchemy.pool", "alembic.runtime.migration")]
    before = [logger.getEffectiveLevel() for logger in loggers]
    beside, started = Background(LONG), threading.Event()
    beside.put(started.set)
    beside.put(hanging.wait)
    assert started.wait(SOON)
    assert not [logger for logger in loggers if logger.isEnabledFor(logging.CRITICAL)]
    hanging.set()
    assert beside.finish()
    assert [logger.getEffectiveLevel() for logger in loggers] == before
