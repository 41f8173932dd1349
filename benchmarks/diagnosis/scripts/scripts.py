"""The scripts of `examples/`, in three sets: what is wrong with each, and which findings would name it."""

import re
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pipeline.files.errors import DataError
from pipeline.files.json_file import read_json

EXAMPLES, RESULTS = Path("examples"), Path("benchmarks")
EXPECTED = Path("benchmarks/diagnosis/scripts")
Kind = Literal["faulty", "harmless", "healthy"]


class ScriptSet(NamedTuple):
    """A folder with `faulty/` and `healthy/`, and the files about it."""

    name: str
    folder: Path
    faults: str  # the file in the folder that says what is wrong with each script of `faulty/`
    wrong: str  # the key of that sentence
    expected: Path  # which findings would name each fault, written before the doctor is run on any of these scripts

    @property
    def results(self) -> Path:
        """The results of the last run."""
        return RESULTS / f"scripts_{self.name.replace('-', '_')}.json"


SETS = (
    ScriptSet("development", EXAMPLES, "faults.json", "wrong", EXPECTED / "expected.json"),
    ScriptSet("held-out", EXAMPLES / "held_out", "faults.json", "wrong", EXPECTED / "expected_held_out.json"),
    ScriptSet("deepcrime", EXAMPLES / "deepcrime", "mutants.json", "change", EXPECTED / "expected_deepcrime.json"),
)


class Fault(NamedTuple):
    """What is wrong with a script, and what the doctor may say of it."""

    wrong: str  # in one sentence
    line: int
    named_by: list[str]  # ids of rules whose finding leads the author to the mistake
    symptoms: list[str]  # ids of rules whose finding would only show what comes of it
    not_visible: str = ""  # why no tool that looks at a training can see it, if so


class Script(NamedTuple):
    """A script, and its fault if it has one."""

    set: str
    name: str
    kind: Kind
    path: Path
    fault: Fault | None


def scripts(these: ScriptSet) -> list[Script]:
    """All scripts of a set, the faulty ones first, each kind by name; none if there is no such folder."""
    paths = sorted((these.folder / "faulty").glob("*.py"))
    faults, expected = (read_json(file) if paths else {} for file in (these.folder / these.faults, these.expected))
    found = []
    for path in paths:
        about, judged = _entry(these.folder / these.faults, faults, path.stem), _entry(these.expected, expected, path.stem)
        fault = Fault(about[these.wrong], about["line"], judged["named_by"], judged["symptoms"], judged.get("not_visible", ""))
        found.append(Script(these.name, path.stem, _kind(about), path, fault))
    return found + [Script(these.name, path.stem, "healthy", path, None) for path in sorted((these.folder / "healthy").glob("*.py"))]


def _kind(about: dict[str, Any]) -> Kind:
    """A mutation that was measured to do no harm is not a fault to be found."""
    harm = about.get("harm")
    return "harmless" if harm and not harm["harmful"] else "faulty"


def _entry(file: Path, entries: dict[str, Any], name: str) -> dict[str, Any]:
    if name not in entries:
        raise DataError(
            f"{file}: expected an entry {name!r} for the script of that name, found none; write it from the script, before the doctor is run"
        )
    return dict(entries[name])


STYLES = (
    ("fit", re.compile(r"\.fit\(")),
    ("train_on_batch", re.compile(r"\.train_on_batch\(")),
    ("compiled step", re.compile(r"tf\.function")),
)


def style(script: Path) -> str:
    """How a script trains, as far as its text shows: the first of `STYLES` that it has, or else a loop of its own."""
    text = script.read_text(encoding="utf-8")
    return next((name for name, sign in STYLES if sign.search(text)), "loop")
