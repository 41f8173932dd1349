"""Every block of README and docs/ says what it is, and what the pages name exists. test_commands.py runs the commands."""

import re
from importlib.util import find_spec
from pathlib import PurePath

import pytest

from pipeline.doctor.diagnosis.diagnose import RULES
from tests.conftest import ROOT
from tests.docs.pages import PAGES, blocks, code, links

LANGUAGES = {"sh", "python", "yaml", "text"}
# `make help` prints the targets from the same lines.
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_what_it_is(page: str) -> None:
    assert [block for block in blocks(page) if block.language not in LANGUAGES] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_title_is_the_file_that_python_is_written_into(page: str) -> None:
    for block in blocks(page):
        if block.title:
            path = PurePath(block.title)
            assert block.language == "python"
            assert (ROOT / path).is_file() or (path.stem == "NAME" and (ROOT / path.parent).is_dir()), block


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_and_modules_that_a_page_names_exist(page: str) -> None:
    text = "\n".join(code(page))
    assert set(re.findall(r"\bmake ([a-z][a-z-]*)", text)) <= TARGETS
    assert [name for name in re.findall(r"python -m ([\w.]+)", text) if find_spec(name) is None] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page: str) -> None:
    """Anchors are checked where the site is built."""
    inside = [target.split("#")[0] for target in links(page) if not re.match(r"[a-z]+:", target)]
    assert [target for target in inside if target and not (ROOT / page).parent.joinpath(target).exists()] == []


def test_there_are_commands_code_and_links_to_check() -> None:
    found = [block for page in PAGES for block in blocks(page)]
    assert len([block for block in found if block.language == "sh"]) > 10
    assert len([block for block in found if block.title]) > 5
    assert len([target for page in PAGES for target in links(page)]) > 50
    assert {"run", "test", "test-all", "docs"} <= TARGETS


def test_the_readme_shows_a_finding_as_the_doctor_prints_it() -> None:
    (shown,) = (block.content for block in blocks("README.md") if block.content.startswith("Findings:"))
    (rule,) = (rule for rule in RULES if rule.id == "no_difference_wanted")
    heading, *sentences = (line.strip() for line in shown.splitlines()[1:])
    assert heading == "error  no difference wanted  examples/faulty/moons_relativistic.py:47  ..."
    assert " ".join(sentences) == f"{rule.why} {rule.fix}"
