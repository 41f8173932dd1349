"""Attach the doctor to any Keras GAN, in whatever loop it is trained."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Literal, Self

from pipeline.doctor.conclusions import conclusions
from pipeline.doctor.report import Report
from pipeline.doctor.tracing.followed import Followed
from pipeline.doctor.tracing.roles import Pair, find_pairs
from pipeline.doctor.tracing.session import Session

StopOn = Literal["never", "error"]
PAIRS = "which network is given whose samples"


class TrainingStopped(SystemExit):
    """The doctor ended a training at an error, as it was asked to."""


def attach(stop_on: StopOn = "never") -> "Attached":
    """Follow whatever trains in this process from now on; the training stays the same, byte for byte.

    Args:
        stop_on: "error" ends the training (by an exception, `TrainingStopped`) at the first error; "never" lets it go on.

    Returns:
        The doctor: `report()` says what it found so far.

    Example:
        The first cell of a notebook is `doctor = attach()`, the last one `print(doctor.report())`:

        >>> doctor = attach()
        >>> print(doctor.report().findings, doctor.steps)
        [] 0
        >>> doctor.close()
    """
    return Attached(stop_on)


class Attached:
    """The doctor in a process; also a context manager, which closes it.

    Attributes:
        steps: the training steps recognised so far.
        seconds: the time that the doctor itself took so far.
        seconds_before: the part of it until both networks were examined for the first time.
    """

    def __init__(self, stop_on: StopOn = "never") -> None:
        self.stop_on = stop_on
        self.session = Session()
        self.session.on_look = self._look
        self.followed: list[Followed] = []
        self.pairs: list[Pair] = []  # that were found, whether or not they could be examined
        self.seconds_before = 0.0
        self.session.install()

    @property
    def steps(self) -> int:
        """The updates of the generator, or of the discriminator if the generator is never updated."""
        counts = [[self.session.steps_of(network) for network in followed.pair] for followed in self._examined()]
        return max((generator or discriminator for generator, discriminator in counts), default=0)

    @property
    def failed(self) -> str:
        """Why the networks were not examined although the script trains them; empty if the doctor itself did not fail."""
        reasons = {subject: self.session.guard.not_checked.get(subject, "") for subject in (PAIRS, *map(_named, self.pairs))}
        return "; ".join(f"{subject}: {why}" for subject, why in reasons.items() if why)

    @property
    def seconds(self) -> float:
        """Its own time, by its own clock."""
        return self.session.guard.seconds

    @contextmanager
    def step(self) -> Iterator[None]:
        """One training step of a loop of one's own; only needed where steps cannot be recognised."""
        yield
        self.session.host.end_step()

    def end_epoch(self) -> None:
        """An epoch of a loop of one's own has ended: the next step is looked at, whatever the random choice of steps says."""
        self.session.look_soon()

    def report(self) -> Report:
        """What was found so far, what was checked and holds, and what was not checked."""
        guard = self.session.guard
        with guard.part("the report"), self.session.hooks.recording(None):
            return conclusions(self._examined(), self.session)
        return Report([], [], dict(guard.not_checked), [], [])

    def close(self) -> None:
        """Stop following; nothing of the doctor is left in Keras or TensorFlow."""
        self.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _examined(self) -> list[Followed]:
        """The pairs of networks, examined as soon as both are seen in training."""
        if not self.followed and self.session.first_looks:
            with self.session.guard.part(PAIRS), self.session.hooks.recording(None):
                self.pairs = find_pairs(self.session.first_looks, self.session.host.record)
            for pair in self.pairs:
                with self.session.guard.part(_named(pair)), self.session.hooks.recording(None):
                    self.followed.append(Followed(self.session, pair))
            self.seconds_before = self.seconds
        return self.followed

    def _look(self) -> None:
        """A unit was looked at."""
        with self.session.hooks.recording(None):
            if not self.followed and self.session.units_are_known:
                self._examined()
            for followed in self.followed:
                followed.look()
        if self.stop_on == "error" and self.session.shows_whole_steps and any(finding.severity == "error" for finding in self.report().findings):
            raise TrainingStopped(3)


def _named(pair: Pair) -> str:
    return f"{pair.generator.name} against {pair.discriminator.name}"
