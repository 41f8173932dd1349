"""No number in README or docs that no committed file holds: each decimal there is one of a results file, of params.yaml, or of a formula below."""

import json
import math
import re
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NUMBER = re.compile(r"(?<![\w.:/])-?\d+\.\d+(?![\w.])(?: ?%)?")
# arXiv numbers, versions of Python, addresses, licences, inline commands and code blocks are no results.
NO_RESULT = re.compile(r"arXiv:\d+\.\d+|Python 3\.\d+( to 3\.\d+)?|127\.0\.0\.1:\d+|CC BY 4\.0|Share Alike 3\.0|```.*?```|`[^`\n]*`", re.DOTALL)
LEAST, MOST = math.log(1 + math.exp(-1)), math.log(1 + math.e)  # of a loss that is given a probability for a logit
FORMULAS = [LEAST, MOST, math.log(2), LEAST + math.log(2), MOST + math.log(2), LEAST + MOST]


def numbers(content: Any) -> Iterator[float]:
    """All numbers in a JSON or YAML file."""
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        for item in content:
            yield from numbers(item)
    elif isinstance(content, (int, float)) and not isinstance(content, bool):
        yield float(content)


def ratios(rows: list[dict[str, Any]]) -> Iterator[float]:
    """Scores as the documents quote them: over what real images get, and the mean and deviation over the seeds of a variant."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["variant"], []).append(row)
        for name in ("frechet_distance", "classifier_score"):
            if row[name] is not None:
                yield row[name] / row[f"{name}_real"]
    for cells in groups.values():
        for name in [name for name in cells[0] if isinstance(cells[0][name], float)]:
            values = [row[name] for row in cells if row[name] is not None]
            yield statistics.mean(values)
            if len(values) > 1:
                yield statistics.stdev(values)
        for name in ("frechet_distance", "classifier_score"):
            yield statistics.mean(row[name] for row in cells) / cells[0][f"{name}_real"]


@pytest.fixture(scope="module")
def known() -> list[float]:
    contents = {path.name: json.loads(path.read_text()) for path in sorted((ROOT / "benchmarks").glob("*.json"))}
    found = [*numbers(list(contents.values())), *numbers(yaml.safe_load((ROOT / "params.yaml").read_text())), *FORMULAS]
    found += ratios(contents["results.json"]["cells"])
    for trial in contents["search.json"]["trials"]:
        found += ratios([trial])
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_number_is_held_by_a_committed_file(document: Path, known: list[float]):
    text = NO_RESULT.sub("", document.read_text())
    unknown = [quoted for quoted in NUMBER.findall(text) if not is_rounded(quoted, known)]
    assert unknown == []


def is_rounded(quoted: str, known: list[float]) -> bool:
    """Whether `quoted` is one of the known numbers, rounded to its decimals."""
    digits, percent = quoted.rstrip(" %"), quoted.endswith("%")
    half = 0.5000001 * 10.0 ** -len(digits.split(".")[1])
    return any(abs(float(digits) - (100 * value if percent else value)) <= half for value in known)


def test_a_number_that_no_file_holds_is_found():
    assert is_rounded("1.0064", FORMULAS)
    assert not is_rounded("1.0065", FORMULAS)
    assert is_rounded("69.31 %", FORMULAS)
    assert not is_rounded("69.31", FORMULAS)
