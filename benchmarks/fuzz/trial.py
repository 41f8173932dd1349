"""`python -m benchmarks.fuzz.trial READER FUZZER SECONDS SEED FOLDER`: one trial, in a process whose memory and processor time have limits.

The input that is being read stands in FOLDER/input, the counts in FOLDER/tally.json: both outlive the process, however it ends.
"""

import os
import resource
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import NoReturn

from benchmarks.fuzz.kind import Kind, find_kind
from benchmarks.fuzz.limits import limit
from benchmarks.fuzz.tally import Tally
from pipeline.files.artifacts import write_json
from pipeline.files.errors import DataError, one_line_errors

TALLY, INPUT = "tally.json", "input"
MEMORY = 512 * 2**20  # bytes of address space that a trial may take beyond what it has after its start
INPUT_SECONDS = 10  # of processor time for one input; the process ends by SIGXCPU after them
ROUND = 200  # examples of Hypothesis between two checks of the budget
LONGEST_INPUT = 16384  # bytes of an input that atheris makes
SAVE_SECONDS = 5.0  # between two times that the counts are written


class Trial:
    """Hands inputs to the tally until the budget is spent.

    Every input is limited by itself: an endless loop ends the process, an allocation beyond the limit raises MemoryError in the reader.
    """

    def __init__(self, kind: Kind, read: Callable[[Path], object], seconds: float, folder: Path) -> None:
        self.kind, self.folder = kind, folder
        (folder / INPUT).mkdir(exist_ok=True)
        self.tally = Tally(read, folder / INPUT / kind.file)
        for seed in kind.seeds():
            self.tally.take(seed)
        if self.tally.accepted < self.tally.inputs:
            raise DataError(f"{kind.file}: expected a reader that accepts its valid files, received {self.tally.summary()}")
        self.seconds = seconds
        self.start()

    def start(self) -> None:
        """The budget begins, after whatever the fuzzer needs to get ready."""
        self.began = self.saved = time.process_time()
        limit(resource.RLIMIT_AS, self.tally.memory.addresses() + MEMORY)

    def take(self, content: bytes) -> None:
        """Read an input, and keep the counts from time to time."""
        now = time.process_time()
        limit(resource.RLIMIT_CPU, int(now) + 1 + INPUT_SECONDS)
        self.tally.take(content)
        if now - self.saved > SAVE_SECONDS:
            self.saved = now
            self.save(finished=False)

    def forms(self, content: bytes) -> Iterator[bytes]:
        """The input as it is, and within a file whose checksums are right."""
        yield content
        if self.kind.sealed:
            yield self.kind.sealed(content)

    def spent(self) -> bool:
        return time.process_time() > self.began + self.seconds

    def save(self, finished: bool) -> None:
        """Write the counts and the processor time that they took."""
        seconds = round(time.process_time() - self.began, 1)
        write_json(self.folder / TALLY, self.tally.summary() | {"seconds": seconds, "finished": finished})


def run_hypothesis(trial: Trial, seed: int) -> None:
    """Rounds of examples, each with a seed of its own: damaged valid files, and files built from nothing."""
    import hypothesis
    from hypothesis import strategies as st

    from benchmarks.fuzz.damage import damaged

    inputs = st.one_of(damaged(trial.kind.seeds()), trial.kind.scratch())
    inputs.validate()
    trial.start()
    rounds = hypothesis.settings(
        max_examples=ROUND, database=None, deadline=None, phases=[hypothesis.Phase.generate], suppress_health_check=list(hypothesis.HealthCheck)
    )

    def take(content: bytes) -> None:
        for form in trial.forms(content):
            if not trial.spent():
                trial.take(form)

    for number in count(1_000_000 * seed):
        hypothesis.seed(number)(rounds(hypothesis.given(inputs)(take)))()
        if trial.spent():
            trial.save(finished=True)
            return


def run_atheris(trial: Trial, seed: int) -> NoReturn:
    """Mutations of the valid files, those kept that reach a branch that none has reached; libFuzzer does not return, so the process ends here."""
    import atheris

    corpus = trial.folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for number, content in enumerate(trial.kind.seeds()):
        (corpus / f"seed-{number:02d}").write_bytes(content)

    def take(content: bytes) -> None:
        for form in trial.forms(content):
            trial.take(form)
        if trial.spent():
            trial.save(finished=True)
            os._exit(0)

    options = [
        f"-seed={seed + 1}",
        f"-max_len={LONGEST_INPUT}",
        "-rss_limit_mb=0",
        f"-artifact_prefix={trial.folder}/",
        "-print_pcs=0",
        "-verbosity=0",
    ]
    trial.start()
    atheris.Setup([sys.argv[0], *options, str(corpus)], take)
    atheris.Fuzz()
    raise SystemExit(1)


def instrumented(kind: Kind) -> Callable[[Path], object]:
    """Import the reader so that atheris sees which branches an input takes."""
    import atheris

    with atheris.instrument_imports(include=list(kind.instrumented)):
        return kind.reader()


def main(reader: str, fuzzer: str, seconds: str, seed: str, folder: str) -> None:
    """Run the trial."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kind = find_kind(reader)
    read = instrumented(kind) if fuzzer == "atheris" else kind.reader()
    trial = Trial(kind, read, float(seconds), Path(folder))
    trial.save(finished=False)
    warnings.simplefilter("error")  # a warning that a reader causes is a line that nobody can act on
    warnings.simplefilter("ignore", DeprecationWarning)
    (run_atheris if fuzzer == "atheris" else run_hypothesis)(trial, int(seed))


if __name__ == "__main__":
    with one_line_errors():
        main(*sys.argv[1:])
