"""What dvc.lock records of the outputs of every stage."""

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from pipeline.files.artifacts import write_text
from pipeline.files.errors import DataError
from pipeline.files.plain import read_plain

MOST_BYTES = 50_000_000  # a cell takes some 15 000, and params.yaml may name 3000
DEEPEST = 1000  # brackets in the file, and characters of a line: what bounds how deep YAML can be nested
LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every value as text; a tenth of a second sooner than the one written in Python


class Recorded(NamedTuple):
    """What a stage wrote.

    Attributes:
        stage: The name of the stage, with its cell: "train@modern-0".
        md5: DVC's hash of the file; of a folder it ends in ".dir".
        size: Bytes, of a folder those of all its files.
    """

    stage: str
    md5: str
    size: int


def read_lock(path: Path) -> dict[str, Recorded]:
    """Read the outputs that dvc.lock records.

    Args:
        path: The file.

    Returns:
        Path of an output -> what is recorded of it; empty if there is no such file.

    Raises:
        DataError: The file is damaged.

    >>> read_lock(Path("dvc.lock"))["artifacts/data/train.npz"].stage
    'preprocess'
    """
    try:
        text = read_plain(path, MOST_BYTES).decode("utf-8")
        if text.count("[") + text.count("{") > DEEPEST or max(map(len, text.split("\n"))) > DEEPEST:
            raise ValueError("it is not as DVC writes it")  # libyaml ends the process where it is nested too deeply
        return _outputs(yaml.load(text, LOADER)["stages"])
    except FileNotFoundError:
        return {}
    except (yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError) as error:
        reason = " ".join(str(error).split())[:100]
        remedy = f"`git checkout {path}` restores the committed one, or remove it"
        raise DataError(f"{path}: expected DVC's record of the stages, received something else ({reason}); {remedy}") from None


def part_of_lock(path: Path, stages: Collection[str]) -> str:
    """The text of dvc.lock with some of its stages alone; it is cut by lines, because the file of a thousand cells takes DVC's reader a minute.

    >>> part_of_lock(Path("dvc.lock"), ["preprocess"]).splitlines()[:3]
    ["schema: '2.0'", 'stages:', '  preprocess:']
    """
    head, entries = _entries(read_plain(path, MOST_BYTES).decode("utf-8"))
    return head + "".join(entry for stage, entry in entries.items() if stage in stages)


def add_to_lock(path: Path, others: Iterable[str], stages: Collection[str]) -> None:
    """Take what other files of this kind record of some stages into dvc.lock, in the place of what it records of them.

    Args:
        path: of dvc.lock.
        others: the texts of other ones.
        stages: that are taken.
    """
    head, entries = _entries(read_plain(path, MOST_BYTES).decode("utf-8"))
    for text in others:
        entries |= {stage: entry for stage, entry in _entries(text)[1].items() if stage in stages}
    write_text(path, head + "".join(entries.values()))


def _entries(text: str) -> tuple[str, dict[str, str]]:
    """The first lines of dvc.lock, and the lines of each stage."""
    head, *entries = re.split(r"^(?=  \S.*:$)", text if text.endswith("\n") else f"{text}\n", flags=re.MULTILINE)
    return head, {entry.splitlines()[0].strip().removesuffix(":"): entry for entry in entries}


def _outputs(stages: dict[str, Any]) -> dict[str, Recorded]:
    found = {}
    for stage, entry in stages.items():
        for out in entry.get("outs", ()):
            name, md5 = out["path"], out["md5"]
            if not isinstance(name, str) or not isinstance(md5, str):
                raise ValueError("a path or a hash is no text")
            found[name] = Recorded(stage, md5, int(out["size"]))
    return found
