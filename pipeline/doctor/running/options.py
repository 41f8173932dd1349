"""The command line of `gan-doctor`, and what keeps a script from being started."""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple, NoReturn

PROGRAM = "gan-doctor"
ABOUT = """Run a Keras training script with the doctor attached, as `python SCRIPT ARGS...` runs it. When it has ended, however it ended, the
doctor reports on standard error which networks it saw, what is wrong with the GAN and how to fix it, what holds, and what it
could not check."""
STATUSES = """exit status:
  the script's own, wherever it ran: 0, n after sys.exit(n), 1 after an error, 130 after Ctrl-C. Besides:
  2  the script did not start: it is not there or is a folder, the arguments are wrong, the folder of --report is not there, or
     Keras is set (by KERAS_BACKEND or keras.json) to another backend than TensorFlow
  3  the doctor ended the training at an error (--stop-on error)
  1  the script ended with 0, but the file of --report could not be written

Wherever there is no diagnosis, one line on standard error says why, and no file is written."""


class Options(NamedTuple):
    """What the command line asks for."""

    script: str  # as given
    arguments: list[str]  # of the script
    report: Path | None  # where the report goes as JSON, absolute: the script may change the folder
    stop_on: Literal["never", "error"]


class Compared(NamedTuple):
    """Two reports that are compared."""

    before: Path
    after: Path


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{PROGRAM}: no diagnosis: {message}; `{self.prog} --help` shows what is expected\n")


def parse(arguments: Sequence[str] | None) -> Options | Compared:
    """The options of a command line: of `run`, or of `compare`.

    Raises:
        SystemExit: with status 2 and one line if an argument is wrong, or with 0 after --help.
    """
    parser = _Parser(PROGRAM, description="Find out why a GAN does not converge.", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="run|compare")
    run = commands.add_parser(
        "run",
        usage=f"{PROGRAM} run [--report FILE] [--stop-on error] SCRIPT [ARGS...]",
        help="run a training script with the doctor attached",
        description=ABOUT,
        epilog=STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    run.add_argument("--report", metavar="FILE", help="write the report to FILE, too, as JSON: whole, or not at all")
    run.add_argument(
        "--stop-on", choices=("never", "error"), default="never", help="end the training at the first error that is found, with status 3"
    )
    run.add_argument("words", nargs=argparse.REMAINDER, metavar="SCRIPT [ARGS...]", help="the script and its own arguments")
    compare = commands.add_parser(
        "compare",
        help="which findings went and came between two reports, and how the losses moved",
        description="Compare two reports that `gan-doctor run --report FILE` wrote, before and after a change.",
        allow_abbrev=False,
    )
    compare.add_argument("before", metavar="BEFORE.json", type=Path)
    compare.add_argument("after", metavar="AFTER.json", type=Path)
    found = parser.parse_args(arguments)
    if "before" in found:
        return Compared(found.before, found.after)
    script, *words = found.words[found.words[:1] == ["--"] :] or [""]
    if not script:
        run.error("expected a script, received none")
    return Options(script, words, Path(os.path.realpath(found.report)) if found.report else None, found.stop_on)


def refusal(options: Options) -> str | None:
    """Why the script is not started, in one line; None if it is."""
    return _unusable_script(options.script) or _unusable_report(options.report) or _other_backend()


def _unusable_script(script: str) -> str | None:
    if os.path.isdir(script):
        return f"expected a Python script, received the folder {script}"
    if not os.path.exists(script):
        return f"expected a Python script, found no file {script}"
    return None if os.access(script, os.R_OK) else f"expected a Python script, may not read {script}"


def _unusable_report(report: Path | None) -> str | None:
    if report is None:
        return None
    if not report.parent.is_dir():
        return f"--report: expected a file in a folder that exists, found no folder {report.parent}"
    if report.exists() and not report.is_file():
        return f"--report: expected the name of a file, received {report}, which is none"
    return None if os.access(report.parent, os.W_OK) else f"--report: expected a folder to write into, may not write into {report.parent}"


def _other_backend() -> str | None:
    """Keras itself looks at these two places, in this order."""
    named, configuration = os.environ.get("KERAS_BACKEND"), _keras_folder() / "keras.json"
    backend = named or _configured(configuration)
    if backend in (None, "tensorflow"):
        return None
    source = "KERAS_BACKEND" if named else configuration
    return f"expected Keras on TensorFlow, but {source} sets it to {backend}; KERAS_BACKEND=tensorflow in the environment changes that"


def _keras_folder() -> Path:
    return Path(os.environ.get("KERAS_HOME") or Path(os.path.expanduser("~")) / ".keras")


def _configured(path: Path) -> str | None:
    """The backend that Keras' own file of settings names, if there is one that Keras can read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content.get("backend") if isinstance(content, dict) else None
