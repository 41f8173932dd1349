"""How a reader took each input, counted: accepted, refused by its one-line error, or anything else."""

import re
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.fuzz.limits import Memory
from pipeline.files.errors import PipelineError

HEAD = 64  # bytes of an input that are shown
LONGEST_MESSAGE = 1000  # characters
MOST_OTHERS = 20  # that are listed, each with an exception or a place of its own
MOST_SENTENCES = 10
VARYING = re.compile(r"received [^;(]*|'[^']*'|\"[^\"]*\"|0x[0-9a-f]*|[-+]?\d[\d.e+-]*")  # in a message: what depends on the input


class Tally:
    """Counts what a reader does with inputs.

    Attributes:
        others: For each kind of failure: how often it came, and its first input.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "file"
    >>> tally = Tally(lambda path: {}["key"], path)
    >>> tally.take(b"damaged")
    >>> tally.summary()["others"][0]["problem"]
    "KeyError: 'key'"
    """

    def __init__(self, read: Callable[[Path], object], path: Path) -> None:
        self.read, self.path = read, path
        self.inputs = self.accepted = self.refused = 0
        self.longest_seconds, self.most_memory = 0.0, 0
        self.memory = Memory()
        self.sentences: Counter[str] = Counter()
        self.others: dict[str, dict[str, Any]] = {}

    def take(self, content: bytes) -> None:
        """Write an input to the file and read it. Nothing that the reader raises gets out, but for the end of the process."""
        self.path.write_bytes(content)
        self.inputs += 1
        self.memory.begin()
        began = time.process_time()
        try:
            self.read(self.path)
            self.accepted += 1
        except PipelineError as error:
            self._refused(str(error), content)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            text = " ".join(traceback.format_exception_only(error)[-1].split())
            self._other(f"{type(error).__name__} {place.filename}:{place.lineno}", text[:300], content)
        self.longest_seconds = max(self.longest_seconds, time.process_time() - began)
        self.most_memory = max(self.most_memory, self.memory.added())

    def _refused(self, message: str, content: bytes) -> None:
        """A refusal counts as one only if it is a line that can be printed, of a length that can be read, and names the file."""
        problems = {
            "a refusal with characters that move the cursor or start a line": not message.isprintable(),
            f"a refusal of more than {LONGEST_MESSAGE} characters": len(message) > LONGEST_MESSAGE,
            "a refusal that does not name the file": self.path.name not in message,
        }
        for problem in (problem for problem, there in problems.items() if there):
            self._other(problem, f"{problem}: {message[:200]!r}", content)
            return
        self.refused += 1
        expected = message[max(0, message.find("expected")) :].partition(";")[0]
        self.sentences[VARYING.sub("…", expected)[:160]] += 1

    def _other(self, kind: str, problem: str, content: bytes) -> None:
        if kind in self.others:
            self.others[kind]["times"] += 1
        elif len(self.others) < MOST_OTHERS:
            self.others[kind] = {"problem": problem, "times": 1, "length": len(content), "head": content[:HEAD].hex(), "whole": content.hex()}

    def summary(self) -> dict[str, Any]:
        """The counts, the most frequent refusals and every kind of failure."""
        return {
            "inputs": self.inputs,
            "accepted": self.accepted,
            "refused": self.refused,
            "other": self.inputs - self.accepted - self.refused,
            "longest_seconds": round(self.longest_seconds, 3),
            "memory_megabytes": round(self.most_memory / 2**20, 1),
            "refusals": len(self.sentences),
            "frequent_refusals": dict(self.sentences.most_common(MOST_SENTENCES)),
            "others": list(self.others.values()),
        }
