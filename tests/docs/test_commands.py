"""The commands and the Python of README and docs/ run, in their order, in a small finished project; each page in a copy of its own.

A new page is taken up by itself. A command that cannot run here has a line in INSTEAD, a page with a test of its own one in TESTED_ELSEWHERE.
"""

import doctest
import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.servers import free_port
from tests.conftest import ROOT
from tests.docs.given import GIVEN
from tests.docs.pages import PAGES, Block, blocks
from tests.project import ENVIRONMENT, copy_files

TESTED_ELSEWHERE = {  # page -> what runs its commands
    "docs/tour.md": "benchmarks/tour.py",
    "docs/how-to/compare.md": "tests/tracking/test_compare_page.py",
    "docs/how-to/measure-a-diagnosis-tool.md": "tests/benchmarks/test_scripts.py",
    "docs/how-to/my-gan-does-not-converge.md": "tests/doctor/test_own_gan_page.py",
    "docs/how-to/repair.md": "tests/repair/test_run.py",
    "docs/how-to/sweep.md": "tests/sweep/test_run.py",
    "docs/how-to/play.md": "tests/serving/play/test_browser.py",
    "docs/how-to/team-server.md": "tests/deploy/test_server.py",
}
# What a reader types -> what runs here instead ("true" does nothing), and why.
INSTEAD = {
    r"make (test|test-all|test-exhaustive|check)": ("true", "these tests themselves, and what CI runs beside them"),
    r"(\S+/)?python -m pytest .*": ("true", "tests that `make test` runs"),
    r"make docs": ("true", "test_site.py"),
    r"make audit": ("true", "asks the Python package index"),
    r"dvc exp show .*": (r"finish_queue; \g<0>", "a reader waits until the queue is empty"),
    r"pip install .*": ("true", "needs a package registry"),
    r"\. \.venv/bin/activate && pre-commit install": ("true", "pre-commit is not in the environment"),
    r"dvc remote add --default team (ssh|webdav):.*": ("true", "needs a server; one of three ways"),
    r"git clone ADDRESS gan-pipeline && cd gan-pipeline": ("clone", "the address of the reader's repository"),
    r'(git add .* && )?git commit --message "Results of \.\.\."': (
        "git commit --quiet --allow-empty --message results",
        "results that are committed already",
    ),
}
PLACES = ("/mnt/shared", "/data")  # folders of the reader
NOT_TRAINED = {"answer": "asker"}  # the small project trains asker and modern
SERVERS = {"make ui": 5000, "make serve": 5001, "make play": 5002}
SCRIPT = """
set -euo pipefail
servers=""
serve() { port=$1; shift; setsid "$@" >server.log 2>&1 & servers="$servers $!"
  for _ in $(seq 120); do curl --silent --output /dev/null "http://127.0.0.1:$port/" && return; kill -0 $! && sleep 0.5; done
  cat server.log; return 1; }
clone() { git clone --quiet ../origin ../clone; cd ../clone; ln -s ../project/.venv .venv; touch .venv/.installed; }
finish_queue() { for _ in $(seq 60); do
  dvc queue status | grep -E "Running|Queued" || { dvc queue stop; return; }
  dvc queue start; sleep 5; done; return 1; }
trap 'for pid in $servers; do kill -- -$pid || true; done' EXIT
set -x
"""


@pytest.fixture(scope="module")
def sandbox(finished_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished project with all of the project's files, committed, with an origin; `.venv` is the environment that the tests run in."""
    folder = tmp_path_factory.mktemp("docs")
    project = folder / "project"
    project.mkdir()
    copy_files(project)
    mlflows = shutil.ignore_patterns(".git", "mlflow.db*", "mlartifacts")  # whose paths are absolute
    shutil.copytree(finished_project, project, symlinks=True, ignore=mlflows, dirs_exist_ok=True)
    (project / ".venv").mkdir()
    for part in Path(sys.prefix).iterdir():
        (project / ".venv" / part.name).symlink_to(part)
    (project / ".venv/.installed").unlink(missing_ok=True)
    (project / ".venv/.installed").touch()  # newer than requirements.lock: nothing is installed
    for command in (
        "git init --quiet --initial-branch main",
        "git config user.name t && git config user.email t@t",
        "git add --all && git commit --quiet --message results",
        "git clone --quiet --bare . ../origin && git remote add origin ../origin && git push --quiet --set-upstream origin main",
        "python -m pipeline.tracking",
    ):
        ended = subprocess.run(command, shell=True, cwd=project, env=ENVIRONMENT, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    return folder


def commands(content: str) -> list[str]:
    """A block's commands without their comments; a command goes on after a backslash."""
    return [re.sub(r"\s+# .*", "", command) for command in re.split(r"(?<!\\)\n", content.strip()) if not command.startswith("#")]


def as_script(page: str, folder: Path, ports: dict[str, int]) -> str:
    """The page's blocks as one script; the reader's folders lie in `folder`, and servers get ports that are free."""
    parts = [SCRIPT]
    for block in blocks(page):
        if block.language == "sh":
            parts += [_runnable(command, ports) for command in commands(block.content)]
        elif block.language == "python" and not block.title:
            parts.append(f"python - <<'END'\n{GIVEN.get(page, '')}{block.content}END")
    script = "\n".join(parts) + "\n"
    for place in PLACES:
        script = re.sub(rf"(?<![\w/]){place}\b", f"{folder}{place}", script)
    for server, port in ports.items():
        script = script.replace(f"127.0.0.1:{SERVERS[server]}", f"127.0.0.1:{port}")
    return script


def _runnable(command: str, ports: dict[str, int]) -> str:
    for pattern, (instead, _) in INSTEAD.items():
        command = re.sub(rf"^{pattern}$", instead, command, flags=re.DOTALL)
    for cell, other in NOT_TRAINED.items():
        command = re.sub(rf"\b{cell}\b", other, command)
    return f"serve {ports[command]} {command} PORT={ports[command]}" if command in ports else command


RUN = [page for page in PAGES if page not in TESTED_ELSEWHERE and any(block.language in ("sh", "python") for block in blocks(page))]


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN)
def test_the_commands_of_a_page_run(page: str, sandbox: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(sandbox, tmp_path / "docs", symlinks=True)) / "project"
    script = as_script(page, tmp_path, {server: free_port() for server in SERVERS})
    environment = ENVIRONMENT | {"DVC_NO_ANALYTICS": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (tmp_path / "output").open("w+") as output:
        status = subprocess.run(["bash", "-c", script], cwd=project, env=environment, stdout=output, stderr=subprocess.STDOUT).returncode
        output.seek(0)
        assert status == 0, output.read()


TITLED = [(page, block) for page in PAGES for block in blocks(page) if block.title]


@pytest.mark.slow
@pytest.mark.parametrize(("page", "block"), TITLED, ids=[f"{page}:{block.line}" for page, block in TITLED])
def test_python_that_is_written_into_a_file_runs_there(page: str, block: Block) -> None:
    """With what its module, or for a new one a neighbour, has imported; an entry of a dictionary runs as a dictionary."""
    neighbours = {"pipeline/metrics/NAME.py": "pipeline/metrics/classes.py", "pipeline/gan/networks/NAME.py": "pipeline/gan/networks/mlp.py"}
    module = importlib.import_module(neighbours.get(block.title, block.title).removesuffix(".py").replace("/", "."))
    names = dict(vars(module))
    before = set(names)
    is_entry = block.content.lstrip().startswith('"')
    exec(compile(f"{{{block.content}}}" if is_entry else block.content, f"{page}:{block.line}", "exec"), names)
    tests = [doctest.DocTestParser().get_doctest(names[name].__doc__ or "", names, name, page, block.line) for name in set(names) - before]
    assert sum(doctest.DocTestRunner().run(test).failed for test in tests if test.examples) == 0


def test_every_exception_is_needed() -> None:
    """A command or page that the documentation no longer has needs no line here."""
    typed = [command for page in PAGES for block in blocks(page) if block.language == "sh" for command in commands(block.content)]
    assert [pattern for pattern in INSTEAD if not any(re.fullmatch(pattern, command, re.DOTALL) for command in typed)] == []
    assert set(TESTED_ELSEWHERE) | set(GIVEN) <= set(PAGES)
    assert all((ROOT / test).is_file() for test in TESTED_ELSEWHERE.values())
