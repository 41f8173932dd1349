"""Recording beside a stage: one thread works for the store, and the stage waits for it a limited time in all."""

import atexit
import queue
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from pipeline.settings.params import Settings
from pipeline.tracking.database import wait_for_writers
from pipeline.tracking.quiet import Quiet
from pipeline.tracking.store import GANS, connect

WAITING = 200  # pieces of work that may wait for the store; an epoch has two
STOPPED_SECONDS = 5.0  # longest wait of a stage that was stopped: a spot machine gives half a minute for everything
# Held while TensorFlow computes in the thread. As a process ends, Python kills its daemon threads where they return from compiled code, and
# TensorFlow answers that with an abort: so the end waits for the computation, and lets none begin.
computing = threading.Lock()
atexit.register(computing.acquire, timeout=30)

Work = Callable[[], object]


class Background:
    """A daemon thread that does one piece of work after the other, until one fails or the stage has waited for its whole budget.

    The stage is never stopped by what goes wrong here: it costs one warning, and the files hold everything.
    """

    def __init__(self, budget: float) -> None:
        self.budget = self.left = budget  # seconds
        self.problem: str | None = None  # why nothing more is recorded
        self.warned = False
        self.waiting: queue.Queue[Work | None] = queue.Queue(WAITING)
        self.thread = threading.Thread(target=self._work, name="tracking", daemon=True)
        wait_for_writers()
        self.thread.start()

    def put(self, work: Work | None) -> None:
        """Have this done after what was put before; waits only where the queue is full. None is the end."""
        if self.problem is None:
            began = time.monotonic()
            try:
                self.waiting.put(work, timeout=max(0.0, self.left))
            except queue.Full:
                self._give_up()
            finally:  # a signal may end the wait
                self.left -= time.monotonic() - began
        self._warn()

    def fail(self, error: Exception) -> None:
        """Record nothing more because of this error."""
        self.problem = " ".join(str(error).split())[:200] or type(error).__name__

    def finish(self) -> bool:
        """Wait until everything is recorded, or the budget is spent; False if something was not recorded."""
        self.put(None)
        if self.problem is None:
            self.thread.join(max(0.0, self.left))
            if self.thread.is_alive():
                self._give_up()
        with suppress(queue.Full):
            self.waiting.put_nowait(None)  # wakes a thread that has nothing to do
        self._warn()
        return self.problem is None

    def hurry(self) -> None:
        """From now on wait only a moment, and say nothing: the stage itself was stopped, and says why."""
        self.left = min(self.left, STOPPED_SECONDS)
        self.warned = True

    def _give_up(self) -> None:
        if self.problem is None:
            self.problem = f"the store needed more than the {self.budget:g} s of tracking.budget_seconds"

    def _warn(self) -> None:
        if self.problem is not None and not self.warned:
            self.warned = True
            remedy = "no result is lost: `python -m pipeline.tracking` records it later"
            print(f"warning: the run was not recorded in MLflow ({self.problem}); {remedy}", file=sys.stderr)

    def _work(self) -> None:
        quiet = Quiet()
        while self.problem is None and (work := self.waiting.get()) is not None:
            try:
                work()
            except Exception as error:
                self.fail(error)
        with suppress(queue.Empty):
            while True:
                self.waiting.get_nowait()  # a stage may wait for a place in the queue
        quiet.end()


def record(settings: Settings, work: Work) -> bool:
    """Do what needs the store beside a stage that has ended its own work; False if it was not recorded."""
    background = Background(settings.tracking.budget_seconds)
    background.put(work)
    return background.finish()


def answers() -> bool:
    """Whether the store answers within some seconds; nothing is printed."""
    background = Background(STOPPED_SECONDS)
    background.warned = True
    background.put(lambda: connect(GANS))
    return background.finish()
