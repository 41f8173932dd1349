"""`gan-doctor run SCRIPT`: runs a training script that knows nothing of the doctor, and reports what is wrong with its GAN."""

import atexit
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.doctor.compared import ReportError, comparison_text, read_report
from pipeline.doctor.diagnosis.summary import is_coloured, print_text
from pipeline.doctor.report import Report, outcome_text, report_json, report_text
from pipeline.doctor.running.modules import Modules
from pipeline.doctor.running.options import PROGRAM, Compared, Options, parse, refusal
from pipeline.doctor.running.script import Ended, run_script

if TYPE_CHECKING:
    from pipeline.doctor.attach import Attached

NO_STEP = "no training step was seen in which one network's output reaches another"


def main(arguments: Sequence[str] | None = None) -> Any:
    """Run the command line `gan-doctor`; returns what `sys.exit` takes: the script's own exit status where it ran."""
    options = parse(arguments)
    if isinstance(options, Compared):
        return _compare(options)
    why_not = refusal(options)
    if why_not:
        print(f"{PROGRAM}: no diagnosis: {why_not}", file=sys.stderr)
        return 2
    return _Run(options).run()


def _compare(options: Compared) -> int:
    try:
        text = comparison_text(read_report(options.before), read_report(options.after))
    except ReportError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 2
    print_text(text, sys.stdout)
    return 0


class _Run:
    """A script, and the doctor that is attached to it."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.attached: Attached | None = None
        self.stopped: type[BaseException] | tuple[()] = ()  # the exception by which the doctor ends a training
        self.not_attached = ""  # why, if Keras was imported
        self.last_words = ""
        self.process, self.errors = os.getpid(), sys.stderr
        self.modules = Modules(self._attach)

    def run(self) -> Any:
        """Run the script to its end, and report; returns what `sys.exit` takes."""
        atexit.register(self._print_last_words)  # before the script's own: functions that are registered later are called earlier
        self.modules.hide()
        ended = run_script(self.options.script, self.options.arguments)
        if os.getpid() != self.process:  # a process that the script forked
            return ended.code
        with self.modules.own():
            report, self.last_words = self._report(ended)
        return self._write(report, ended.code) if report else ended.code

    def _attach(self) -> None:
        """Attach the doctor to Keras, which the script has just imported."""
        try:
            self.not_attached = _unfit(sys.modules["keras"])
            if not self.not_attached:
                from pipeline.doctor.attach import TrainingStopped, attach

                self.attached, self.stopped = attach(stop_on=self.options.stop_on), TrainingStopped
        except Exception as error:  # the training itself goes on
            self.not_attached = f"the doctor could not be attached: {_described(error)}"

    def _report(self, ended: Ended) -> tuple[Report | None, str]:
        """The report, if there is one, and what is printed at the very end."""
        how = f"{self.options.script} {self._how(ended)}"
        if self.attached is None:
            return None, f"no diagnosis: {self.not_attached or 'Keras 3 was not imported'}; {how}"
        try:
            if not self.attached.steps:
                return None, f"no diagnosis: {self.attached.failed or NO_STEP}; {how}"
            report = self.attached.report()
            self.attached.close()
        except (Exception, KeyboardInterrupt) as error:
            return None, f"no diagnosis: the report could not be made: {_described(error)}; {how}"
        steps = f"{self.attached.steps} training step{'s' if self.attached.steps > 1 else ''}"
        text = report_text(report, colour=bool(self.errors and is_coloured(self.errors)))
        return report, f"{how} after {steps}: {outcome_text(report)}\n\n{text}"

    def _how(self, ended: Ended) -> str:
        """How the script ended, in words."""
        if ended.error is None or ended.code in (None, 0):
            return "ended"
        if isinstance(ended.error, self.stopped):
            return "was stopped by the doctor at an error"
        if isinstance(ended.error, SystemExit):
            return f"ended with status {ended.code if isinstance(ended.code, int) else 1}"
        return "was interrupted" if isinstance(ended.error, KeyboardInterrupt) else f"failed with {type(ended.error).__name__}"

    def _write(self, report: Report, code: Any) -> Any:
        """Write the report to its file, if one is wanted; returns what `sys.exit` takes."""
        if self.options.report is None:
            return code
        try:
            _write_whole(self.options.report, report_json(report))
        except Exception as error:
            self.last_words += f"\n\n{PROGRAM}: the report was not written to {self.options.report}: {_described(error)}"
            return code or 1
        return code

    def _print_last_words(self) -> None:
        if self.last_words and self.errors and os.getpid() == self.process:
            with suppress(Exception):  # nobody reads it any more
                sys.stdout.flush()
            with suppress(OSError, ValueError):
                print_text(f"{PROGRAM}: {self.last_words}", self.errors)


def _unfit(keras: Any) -> str:
    """Why the doctor cannot be attached to the Keras that a script has imported; empty if it can."""
    if int(keras.__version__.split(".")[0]) < 3:
        return f"expected Keras 3, received Keras {keras.__version__}"
    backend = keras.config.backend()
    return "" if backend == "tensorflow" else f"expected Keras on TensorFlow, but the script runs it on {backend}"


def _described(error: BaseException) -> str:
    """An error in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def _write_whole(path: Path, text: str) -> None:
    """Write a file whole: an error leaves what was there."""
    partial = path.with_name(f".partial-{os.getpid()}-{path.name}")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
