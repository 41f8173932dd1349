"""compose.yaml starts what the scripts start, and no secret is in git or in the image. No container is started here."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
SCRIPTS = sorted(DEPLOY.glob("*.sh"))
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SETTINGS = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "new-settings.sh").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_executable_strict_and_correct_bash(script: Path) -> None:
    assert script.stat().st_mode & 0o111
    assert "\nset -euo pipefail\n. " in script.read_text(encoding="utf-8")
    assert subprocess.run(["bash", "-n", str(script)], capture_output=True).stderr == b""


def test_the_map_names_every_file() -> None:
    named = set(re.findall(r"^(\S+)  ", (DEPLOY / "__init__.py").read_text(encoding="utf-8"), re.MULTILINE)) | {"__init__.py", "Dockerfile"}
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "."], cwd=DEPLOY, capture_output=True, text=True, check=True).stdout
    assert set(listed.split()) - {"Dockerfile.dockerignore"} == named


def test_services_run_the_scripts_and_each_waits_for_the_one_before() -> None:
    services = COMPOSE["services"]
    assert services["migrate"]["command"] == ["/deploy/migrate.sh"]
    assert services["server"]["command"] == ["/deploy/server.sh"]
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["server"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    mounted = [volume.split(":") for volume in services["database"]["volumes"] if volume.startswith("./")]
    assert [source for source, *_ in mounted] == ["./make-database.sh", "./settings.bash"]
    assert all((DEPLOY / source).is_file() and target.startswith("/docker-entrypoint-initdb.d/") for source, target, _ in mounted)


def test_every_setting_comes_from_the_file_that_new_settings_writes() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\{([A-Z_]+)", text)) <= SETTINGS
    needed = set(re.findall(r"\b(?:MLFLOW|PG)[A-Z_]*\b", re.findall(r"needs (.*?)\nreaches", (DEPLOY / "server.sh").read_text(), re.DOTALL)[0]))
    assert needed <= SETTINGS
    assert all(service["env_file"] == ".env" for name, service in COMPOSE["services"].items() if name != "database")


def test_no_secret_is_in_git_or_in_the_image() -> None:
    for path in DEPLOY.rglob("*"):
        if path.is_file() and path.name != ".env" and "__pycache__" not in path.parts:
            assert re.findall(r"(?:PASSWORD|SECRET\w*)[=:]\s*[\"']?(\w{4,})", path.read_text(encoding="utf-8")) == [], path
    assert subprocess.run(["git", "check-ignore", "--quiet", "deploy/.env"], cwd=ROOT).returncode == 0
    assert "deploy/.env" in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
