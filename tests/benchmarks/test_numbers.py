"""Every decimal number in README and docs is what a committed file says.

A number stands in a line that is generated from a file of results, or in one of the quotations of quotations.py, each with the value that it must
be. Any other number fails, and so does a quotation that the document no longer has. docs/results.md, docs/diagnosis.md and docs/diagnosis-scripts.md
are generated as a whole, and compared with their generators in test_results.py and test_diagnosis_pages.py.
"""

import re
from collections.abc import Callable

import pytest

from pipeline.doctor.diagnosis.diagnose import IN_TRAINING
from pipeline.doctor.diagnosis.summary import evidence_text
from tests.benchmarks.quotations import DIAGNOSIS, LINES, QUOTED, Row
from tests.conftest import ROOT

GENERATED = (
    "docs/performance.md",
    "docs/results.md",
    "docs/diagnosis.md",
    "docs/diagnosis-scripts.md",
    "docs/reliability.md",
)  # compared with their files elsewhere
PAGES = (ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"))
DOCUMENTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in [*PAGES, *sorted((ROOT / "docs").rglob("*.md"))]}
NUMBER = re.compile(r"(?<![\w.:/])-?\d+\.\d+(?!\d|\.\d)")
# Names of papers, of licences and of versions, addresses, code and commands are no results.
NO_RESULT = re.compile(
    r"arXiv:\d+\.\d+|YAML 1\.2|Python 3\.\d+( to 3\.\d+)?|DVC 3\.\d+|127\.0\.0\.1:\d+|Apache(-2\.0| License 2\.0)|CC BY 4\.0|Share Alike 3\.0"
    r"|```.*?```|`[^`\n]*`",
    re.DOTALL,
)


def problems(name: str, text: str) -> list[str]:
    """What in a document is not what the files say: quotations that it lacks, and numbers that nothing explains."""
    found = session_problems(text) if name == "README.md" else []
    lines = set(LINES.get(name, []))
    prose = "\n".join(line for line in text.splitlines() if line not in lines)
    text = " ".join(NO_RESULT.sub(_without_numbers, prose).split())
    for quoted, values in QUOTED.get(name, []):
        expected = quoted.format(*values)
        text, count = re.subn(re.escape(expected) + r"(?!\.?\d)", "", text)
        found += [] if count else [f"{name}: expected {expected!r}"]
    return found + [f"{name}: no file says {number}" for number in NUMBER.findall(text)]


def _without_numbers(match: re.Match[str]) -> str:
    """An exempt part of a document, of the same length, without what looks like a number."""
    return re.sub(r"\d", "#", match[0])


def session_problems(text: str) -> list[str]:
    """Lines of the doctor's session in README that the committed diagnosis of the same network does not have."""
    block = text.split("```text\nasker, before training:\n")[1].split("```")[0].splitlines()
    (cell,) = (row for row in DIAGNOSIS["cells"] if row["cell"] == "asker-0")
    wanted = [finding for finding in cell["findings"] if finding["id"] not in IN_TRAINING]
    missing = [finding["id"] for finding in wanted if not any(shows(line, finding) for line in block)]
    return [f"README.md: expected the doctor's finding {name} as in diagnosis.json" for name in missing] + block[len(wanted) :]


def shows(line: str, finding: Row) -> bool:
    """Whether a line is a finding with its numbers; the file has them in the order of their names."""
    start, whole = f"  {finding['severity']}  {finding['id'].replace('_', ' ')}  (", evidence_text(finding["evidence"])
    parts = [evidence_text({name: value}) for name, value in finding["evidence"].items()]
    return line.startswith(start) and len(line) == len(f"{start}{whole})") and all(re.search(rf"{re.escape(part)}[,)]", line) for part in parts)


HAND_WRITTEN = [name for name in DOCUMENTS if name not in GENERATED]


@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_every_number_is_what_a_committed_file_says(name: str) -> None:
    assert problems(name, DOCUMENTS[name]) == []


def _with_another_digit(text: str, match: re.Match[str]) -> str:
    last = int(text[match.end() - 1])
    return f"{text[: match.end() - 1]}{(last + 1) % 10}{text[match.end() :]}"


@pytest.mark.parametrize("name", [name for name in HAND_WRITTEN if name in QUOTED])
def test_any_number_with_another_last_digit_is_refused(name: str) -> None:
    text = DOCUMENTS[name]
    numbers = list(NUMBER.finditer(NO_RESULT.sub(_without_numbers, text)))
    assert len(numbers) > 5
    assert [match[0] for match in numbers if not problems(name, _with_another_digit(text, match))] == []


def test_a_number_of_the_doctors_session_with_another_last_digit_is_refused() -> None:
    text = DOCUMENTS["README.md"]
    start, end = text.index("asker, before training:"), text.index("Each finding is followed by")
    numbers = [match for match in re.finditer(r"\d+(\.\d+)?", text[:end]) if match.start() > start]
    assert len(numbers) > 5
    assert all(problems("README.md", _with_another_digit(text, match)) for match in numbers)


@pytest.mark.parametrize("change", [lambda text: f"{text}\nIt scores 0.987.\n", lambda text: text.replace("1.6265", "much")])
def test_a_new_number_and_a_quotation_that_is_gone_are_refused(change: Callable[[str], str]) -> None:
    assert problems("README.md", change(DOCUMENTS["README.md"]))
