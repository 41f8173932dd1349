"""Progress: a bar that stays in its line on a terminal, a few plain lines elsewhere, the time left on both."""

import re
import subprocess
import time

import pytest

from pipeline.terminal import progress as module
from pipeline.terminal.progress import progress
from tests.conftest import ROOT
from tests.terminal.pseudo_terminal import on_terminal, script

STEPS = """
import time
from pipeline.files.errors import one_line_errors
from pipeline.terminal.progress import progress, say
with one_line_errors(), progress("modern-0") as shown:
    for step in range(30):
        time.sleep(0.02)
        shown.advance(1 / 30, f"epoch {step // 10 + 1}/3" if step % 10 == 9 else "")
        if step == 20:
            say("a message")
"""
ENDLESS = STEPS.replace("range(30)", "range(30_000)").replace("1 / 30", "1 / 30_000")


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def test_a_terminal_shows_one_bar_with_the_time_left() -> None:
    status, shown = on_terminal(script(STEPS, "-W", "error"))
    assert status == 0
    states = [state for state in re.split(r"[\r\n]+", shown) if state.startswith("modern-0")]
    assert len(states) >= 3
    assert all(re.fullmatch(r"modern-0 +\d+%\|.*\| \d\d:\d\d, (\d\d:\d\d|\?) left(, epoch \d/3)? *", state) for state in states)
    assert states[-1].startswith("modern-0 100%|")
    assert "epoch 3/3" in states[-1]
    assert shown.count("\n") == 2  # the message and the bar, which stayed in its line
    assert shown.endswith("\n")
    assert "\x1b" not in shown  # no colour


def test_a_message_stands_above_the_bar() -> None:
    _, shown = on_terminal(script(STEPS))
    first, *_ = shown.split("\n")
    assert first.rstrip("\r").split("\r")[-1].rstrip() == "a message"


def test_an_ascii_terminal_gets_an_ascii_bar() -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    status, shown = on_terminal(script(STEPS), ascii_only)
    assert status == 0
    assert shown.isascii()
    assert "100%|####" in shown


def test_ctrl_c_ends_a_bar_with_its_line_and_one_line_of_words() -> None:
    status, shown = on_terminal(script(ENDLESS), interrupt_at="epoch 1/3")
    assert status == 130
    *_, bar, words, end = shown.replace("\r\n", "\n").split("\n")
    assert bar.split("\r")[-1].startswith("modern-0")
    assert words.removeprefix("\r") == "error: interrupted; no half-written output was kept, run the same command again"
    assert end == ""


@pytest.mark.parametrize("environment", [{}, {"TERM": "xterm", "FORCE_COLOR": "1"}])
def test_a_pipe_gets_lines_without_control_characters(environment: dict[str, str]) -> None:
    ended = subprocess.run(script(STEPS), cwd=ROOT, env={"PYTHONPATH": str(ROOT)} | environment, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.fullmatch(r"a message\nmodern-0: epoch 3/3  \[100%, 00:0\d\]\n", ended.stdout)


def test_a_terminal_that_cannot_rewrite_a_line_gets_lines() -> None:
    _, shown = on_terminal(script(STEPS), {"TERM": "dumb"})
    assert re.fullmatch(r"a message\r\nmodern-0: epoch 3/3  \[100%, 00:0\d\]\r\n", shown)


def test_lines_say_how_much_is_done_and_how_long_the_rest_will_take(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with progress("modern-0") as shown:
        for epoch in range(4):
            clock.now += 20
            shown.advance(0.25, f"epoch {epoch + 1}/4")
    times = [line.split("  ")[1] for line in capsys.readouterr().out.splitlines()]
    assert times == ["[25%, 00:20, 01:00 left]", "[50%, 00:40, 00:40 left]", "[75%, 01:00, 00:20 left]", "[100%, 01:20]"]


def test_of_two_hundred_short_epochs_a_line_is_printed_every_few_seconds(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with progress("asker_200-0") as shown:
        for epoch in range(200):
            clock.now += 0.3
            shown.advance(1 / 200, f"epoch {epoch + 1}/200")
    lines = capsys.readouterr().out.splitlines()
    assert 10 <= len(lines) <= 60 / module.SECONDS_BETWEEN_LINES
    assert "epoch 17/200" in lines[0]
    assert "epoch 200/200" in lines[-1]


def test_what_was_said_last_is_printed_even_where_the_step_breaks_off(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), progress("modern-0") as shown:
        clock.now += 1
        shown.advance(0.1, "epoch 1/10")
        raise KeyboardInterrupt
    assert capsys.readouterr().out == "modern-0: epoch 1/10  [10%, 00:01, 00:09 left]\n"


def test_a_step_that_says_nothing_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("modern-0") as shown:
        shown.advance(1)
    assert capsys.readouterr().out == ""


def test_what_was_done_in_an_earlier_process_says_nothing_about_the_time_left(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with progress("modern-0", done=0.5) as shown:
        clock.now += 10
        shown.advance(0.1, "epoch 6/10")
    assert capsys.readouterr().out == "modern-0: epoch 6/10  [60%, 00:10, 00:40 left]\n"
