"""Closing messages: every stage has one, and every command that they name exists and comes next."""

import ast
import itertools
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.test_contract import STAGES

TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def commands(path: Path) -> list[str]:
    """The commands that a file's calls of `closing` and `next_steps` name; what is filled in stands as a star."""
    named: list[ast.expr] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "closing":
                named += node.args[1:]
            elif node.func.id == "next_steps":
                named += [key for part in node.args if isinstance(part, ast.Dict) for key in part.keys if key]
    return [re.sub(r"\{.*?\}", "*", ast.unparse(each)).removeprefix("f").strip("'\"") for each in named]


def exists(command: str) -> bool:
    """Whether a command is a target of the Makefile, or `dvc repro` of a stage; a matrix stage also has cells."""
    words = command.split()
    if words[0] == "make":
        return words[1] in TARGETS
    name, *cell = words[2].split("@") if len(words) == 3 else ("compare",)
    return words[:2] == ["dvc", "repro"] and name in STAGES and (not cell or "matrix" in STAGES[name])


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_names_commands_that_exist(name: str) -> None:
    named = commands(ROOT / f"pipeline/stages/{name}.py")
    assert named
    assert [command for command in named if not exists(command)] == []


def test_make_run_and_make_doctor_name_commands_that_exist() -> None:
    named = commands(ROOT / "pipeline/__main__.py")
    assert len(named) >= 3
    assert [command for command in named if not exists(command)] == []


def test_what_comes_next_is_the_next_stage() -> None:
    for name, following in itertools.pairwise(STAGES):
        (command,) = commands(ROOT / f"pipeline/stages/{name}.py")
        assert command.removesuffix("@*") == f"dvc repro {following}"


@pytest.mark.parametrize("command", ["make uii", "dvc repro evalute", "dvc repro download@modern-0", "dvc run"])
def test_a_command_that_does_not_exist_is_noticed(command: str) -> None:
    assert not exists(command)
