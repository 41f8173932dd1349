"""A stage that is interrupted or fails ends in one line and a status, and leaves nothing half-written."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from pipeline.files.errors import DownloadError, SettingsError, one_line_errors
from pipeline.settings.yaml_file import read_yaml
from tests.conftest import ROOT, Mirror
from tests.project import accept_interrupts


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send these signals to another process")
@pytest.mark.parametrize(("signal_number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_stage_leaves_nothing(tmp_path: Path, mirror: Mirror, signal_number: int, status: int) -> None:
    content = read_yaml(ROOT / "params.yaml")
    content["download"] |= {"source": "mnist", "read_timeout_seconds": 60}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(content))
    environment = {"PYTHONPATH": str(ROOT), "MNIST_MIRROR": mirror.url("stalls"), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "pipeline.stages.download", "raw"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=accept_interrupts) as stage:
        while not mirror.requests and stage.poll() is None:
            time.sleep(0.05)
        time.sleep(0.3)
        stage.send_signal(signal_number)
        printed = stage.communicate(timeout=20)[1]
    assert stage.returncode == status
    assert "Traceback" not in printed
    word = "interrupted" if signal_number == signal.SIGINT else "terminated"
    assert f"error: {word}; no half-written output was kept" in printed
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]


@pytest.mark.parametrize(("error", "status"), [(SettingsError("key: wrong"), 1), (DownloadError("no mirror"), 69)])
def test_what_the_user_can_fix_is_one_line(error: Exception, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended, one_line_errors():
        raise error
    signal.signal(signal.SIGTERM, before)
    assert ended.value.code == status
    assert capsys.readouterr().err == f"error: {error}\n"


def test_any_other_error_keeps_its_traceback() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ZeroDivisionError), one_line_errors():
        print(1 / 0)
    signal.signal(signal.SIGTERM, before)
