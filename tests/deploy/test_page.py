"""The page about a team's server: it names what is there, and every script. Its commands run in test_server.py and test_refusals.py."""

import re

from tests.conftest import ROOT
from tests.docs.pages import blocks

PAGE = "docs/how-to/team-server.md"


def test_its_commands_are_the_scripts_and_each_script_is_explained() -> None:
    commands = "\n".join(block.content for block in blocks(PAGE) if block.language == "sh")
    assert set(re.findall(r"(?<!/)deploy/([\w-]+\.sh)", commands)) == {path.name for path in (ROOT / "deploy").glob("*.sh")}


def test_the_settings_that_it_names_are_those_of_a_new_server() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    settings = (ROOT / "deploy/new-settings.sh").read_text(encoding="utf-8")
    clients = {"MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"}
    assert all(f"\n{name}=" in settings for name in set(re.findall(r"\b(?:MLFLOW|PG)[A-Z_]{4,}\b", text)) - clients)
