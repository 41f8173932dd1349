"""A store that fails in any way: one line, no more time than the budget, and a record that is completed afterwards."""

import os
import subprocess
import sys
import time
from pathlib import Path

import mlflow
import pytest

from pipeline.files.artifacts import write_json
from pipeline.settings.params import Settings
from pipeline.tracking.comparison import record_comparison
from tests import written
from tests.conftest import ROOT
from tests.tracking.conftest import runs
from tests.tracking.faults import FAULTS, Fault, server

BUDGET = 1.5
PATIENCE = 10  # a busy machine; a server that hangs does so for a minute


@pytest.fixture
def hurried(settings: Settings) -> Settings:
    """Settings with a budget that a test can wait for."""
    return settings.model_copy(update={"tracking": settings.tracking.model_copy(update={"budget_seconds": BUDGET})})


def compare(settings: Settings) -> bool:
    write_json(Path("leaderboard.json"), written.leaderboard([written.scores()], []))
    Path("index.html").write_text("a report")
    return record_comparison(settings, Path("leaderboard.json"), Path("index.html"))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_costs_one_line_and_at_most_the_budget(
    client: mlflow.MlflowClient,
    hurried: Settings,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    fault: Fault,
) -> None:
    with monkeypatch.context() as patch, fault(tmp_path / "mlflow.db", patch):
        capfd.readouterr()
        began = time.monotonic()
        assert not compare(hurried)
        assert time.monotonic() - began < BUDGET + PATIENCE
    printed = capfd.readouterr()
    (line,) = printed.err.splitlines()
    assert line.startswith("warning: the run was not recorded in MLflow (")
    assert line.endswith("); no result is lost: `python -m pipeline.tracking` records it later")
    assert len(line) < 350
    assert printed.out == ""
    for _ in range(2):
        assert compare(settings)
    assert [run.info.status for run in runs(client, "comparison")] == ["FINISHED"]


PROGRAM = """
import sys, time
from pathlib import Path
from pipeline.settings.params import Settings
from pipeline.tracking.comparison import record_comparison

settings = Settings.model_validate_json(sys.stdin.read())
print(time.time(), flush=True)
record_comparison(settings, Path("leaderboard.json"), Path("index.html"))
"""


def test_a_process_ends_while_the_store_hangs(client: mlflow.MlflowClient, hurried: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, server(patch, hangs=True):
        environment = os.environ | {"PYTHONPATH": str(ROOT)}  # at once: threads that earlier faults left waiting still set the store's address
        compare(hurried)
        command = [sys.executable, "-c", PROGRAM]
        ended = subprocess.run(command, input=hurried.model_dump_json(), env=environment, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0
    assert time.time() - float(ended.stdout) < BUDGET + PATIENCE
    assert [line.split(" (")[0] for line in ended.stderr.splitlines()] == ["warning: the run was not recorded in MLflow"]
