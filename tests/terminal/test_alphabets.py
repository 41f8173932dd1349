"""Files are UTF-8 in every locale, and the whole pipeline runs in one that knows ASCII alone."""

import ast
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.project import ENVIRONMENT, make_project, run
from tests.terminal.test_streams import ASCII
from tests.test_pipeline import hashes


def in_the_locales_encoding(source: str) -> list[str]:
    """Calls that read or write text and name no encoding; what these modules open is no text."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    found = []
    for call in calls:
        name = ast.unparse(call.func)
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        opens = name.split(".")[-1] == "open" and name not in ("os.open", "Image.open", "webbrowser.open", "archive.open")
        binary = any(isinstance(mode, ast.Constant) and "b" in str(mode.value) for mode in call.args[-1:])
        of_text = (opens and not binary) or name.endswith((".read_text", ".write_text")) or given.get("text") == "True"
        if of_text and "encoding" not in given:
            found.append(ast.unparse(call))
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "pipeline").rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_of_text_is_read_and_written_in_a_named_encoding(path: Path) -> None:
    assert in_the_locales_encoding(path.read_text(encoding="utf-8")) == []


def test_a_file_in_the_locales_encoding_is_noticed() -> None:
    source = "open(p)\np.open('w')\np.read_text()\nrun(c, text=True)\nopen(p, 'rb')\np.open(encoding='utf-8')\nrun(c, text=True, encoding='utf-8')"
    assert in_the_locales_encoding(source) == ["open(p)", "p.open('w')", "p.read_text()", "run(c, text=True)"]


@pytest.mark.slow
def test_an_ascii_locale_changes_no_output_and_ends_no_command(finished_project: Path, tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    for command in (["-m", "pipeline"], ["-m", "pipeline", "doctor"], ["-m", "pipeline.tracking"]):
        ended = run(project, sys.executable, *command, environment=ENVIRONMENT | ASCII)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert (ended.stdout + ended.stderr).isascii()
        assert "Traceback" not in ended.stderr
    assert hashes(project) == hashes(finished_project)
