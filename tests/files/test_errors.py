"""A stage that is interrupted or fails ends in one line and a status, and leaves nothing half-written."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.files.errors import DownloadError, SettingsError, one_line_errors
from tests.conftest import ROOT


def heed_interrupts() -> None:
    """A shell starts background jobs with Ctrl-C ignored, and their children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(("signal_number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_stage_leaves_nothing(tmp_path: Path, mirror, signal_number: int, status: int):
    (tmp_path / "params.yaml").write_text((ROOT / "params.yaml").read_text().replace("read_timeout_seconds: 5", "read_timeout_seconds: 60"))
    environment = {"PYTHONPATH": str(ROOT), "MNIST_MIRROR": mirror.url("stalls"), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "pipeline.stages.download", "raw"]
    options = {"cwd": tmp_path, "env": environment, "stderr": subprocess.PIPE, "text": True, "preexec_fn": heed_interrupts}
    with subprocess.Popen(command, **options) as stage:
        while not mirror.requests:
            time.sleep(0.05)
        time.sleep(0.3)
        stage.send_signal(signal_number)
        said = stage.communicate(timeout=20)[1]
    assert stage.returncode == status
    assert "Traceback" not in said
    word = "interrupted" if signal_number == signal.SIGINT else "terminated"
    assert f"error: {word}; nothing half-written was kept" in said
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]


@pytest.mark.parametrize(("error", "status"), [(SettingsError("key: wrong"), 1), (DownloadError("nobody there"), 69)])
def test_what_the_reader_can_mend_is_one_line(error: Exception, status: int, capsys):
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended, one_line_errors():
        raise error
    signal.signal(signal.SIGTERM, before)
    assert ended.value.code == status
    assert capsys.readouterr().err == f"error: {error}\n"


def test_what_nobody_expected_keeps_its_traceback():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ZeroDivisionError), one_line_errors():
        print(1 / 0)
    signal.signal(signal.SIGTERM, before)
