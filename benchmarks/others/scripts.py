"""The scripts of `examples/`: what is wrong with each, and which findings would name it."""

from pathlib import Path
from typing import Literal, NamedTuple

from pipeline.files.artifacts import read_json

EXAMPLES = Path("examples")
EXPECTED = Path("benchmarks/others/expected.json")  # written from faults.json and the scripts, before the doctor was run on any of them
Kind = Literal["faulty", "healthy"]


class Fault(NamedTuple):
    """What is wrong with a script, and what the doctor may say of it."""

    wrong: str  # in one sentence
    line: int
    named_by: list[str]  # ids of rules whose finding leads the author to the mistake
    symptoms: list[str]  # ids of rules whose finding would only show what comes of it


class Script(NamedTuple):
    """A script, and its fault if it has one."""

    name: str
    kind: Kind
    path: Path
    fault: Fault | None


def scripts(examples: Path = EXAMPLES, expected: Path = EXPECTED) -> list[Script]:
    """All scripts, the faulty ones first, each kind by name."""
    faults, judged = read_json(examples / "faults.json"), read_json(expected)
    found = []
    for path in sorted((examples / "faulty").glob("*.py")):
        fault, ids = faults[path.stem], judged[path.stem]
        found.append(Script(path.stem, "faulty", path, Fault(fault["wrong"], fault["line"], ids["named_by"], ids["symptoms"])))
    return found + [Script(path.stem, "healthy", path, None) for path in sorted((examples / "healthy").glob("*.py"))]
