"""A mutant: a line of a healthy script replaced as an operator of DeepCrime does."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.files.errors import DataError


class Mutant(NamedTuple):
    """One line of a base, and what an operator makes of it."""

    operator: str
    base: str
    old: str  # the whole line without its indentation
    new: str  # one or more lines
    change: str  # in words

    @property
    def stem(self) -> str:
        """The operator and the base; `names` makes it the name of a file."""
        return f"{self.operator.lower()}_{self.base}"


def names(mutants: Sequence[Mutant]) -> dict[str, Mutant]:
    """The mutants by the names of their files; a second one of the same operator and base has the number 2."""
    found: dict[str, Mutant] = {}
    for mutant in mutants:
        count = sum(other.stem == mutant.stem for other in found.values())
        found[mutant.stem + (f"_{count + 1}" if count else "")] = mutant
    return found


def mutated(mutant: Mutant, bases: Path) -> tuple[str, int]:
    """The script that results, and the number of its first line that differs from the base.

    Raises:
        DataError: the base does not have the line exactly once.
    """
    path = bases / f"{mutant.base}.py"
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise DataError(
            f"{path}: expected the line {mutant.old.strip()!r} once, found it {text.count(mutant.old)} times; correct the mutant's old line"
        )
    changed = text.replace(mutant.old, mutant.new)
    lines, others = text.splitlines(), changed.splitlines()
    return changed, next(number for number, (one, other) in enumerate(zip(lines, others, strict=False), start=1) if one != other)
