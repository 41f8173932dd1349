"""Standard streams: an alphabet that lacks letters, a reader that has gone and a stream that was closed end no command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.terminal.streams import lenient_streams
from tests.conftest import ROOT
from tests.terminal.pseudo_terminal import script

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
PRINTS = r"""
import sys
from pathlib import Path
from pipeline.files.errors import one_line_errors
with one_line_errors():
    for _ in range(20_000):
        print("Fr\u00e9chet distance 2.1 \u00b1 0.1 \u2014 \u03b21 \u65e5")
    print("Fr\u00e9chet", file=sys.stderr)
    Path(sys.argv[1]).write_text("done", encoding="utf-8")
"""


def command(result: Path, redirection: str = "") -> subprocess.CompletedProcess[str]:
    """The script, run by a shell with its output redirected; it writes `result` at its end."""
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "RESULT": str(result), "SCRIPT": PRINTS, "PYTHON": sys.executable} | ASCII
    line = f'set -o pipefail; "$PYTHON" -c "$SCRIPT" "$RESULT" {redirection}'
    return subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True)


def test_an_ascii_locale_gets_other_spellings(tmp_path: Path) -> None:
    ended = command(tmp_path / "result")
    assert (ended.returncode, ended.stderr) == (0, "Frechet\n")
    assert set(ended.stdout.splitlines()) == {"Frechet distance 2.1 +- 0.1 - beta1 ?"}


@pytest.mark.parametrize("redirection", ["| true", "| head -n 1", ">&-", ">&- 2>&-", "> /dev/full", "2>&1 | true"])
def test_a_reader_that_has_gone_costs_no_result(tmp_path: Path, redirection: str) -> None:
    ended = command(tmp_path / "result", redirection)
    assert ended.returncode == 0
    assert "Traceback" not in ended.stderr
    assert "rror" not in ended.stderr
    assert (tmp_path / "result").read_text() == "done"


def test_a_file_does_not_take_the_number_of_a_stream_that_was_closed(tmp_path: Path) -> None:
    """TensorFlow writes its notices to number 2, whatever file that is."""
    text = f"import pipeline.terminal.streams as s; s.fill_closed_descriptors(); f = open({str(tmp_path / 'f')!r}, 'w'); print(f.fileno(), file=f)"
    subprocess.run(["bash", "-c", '"$0" -c "$1" >&- 2>&-', sys.executable, text], env={"PYTHONPATH": str(ROOT)}, check=True)
    assert int((tmp_path / "f").read_text()) > 2


def test_a_stage_prints_the_name_of_any_file(tmp_path: Path) -> None:
    params = tmp_path / "paramètres.yaml"
    params.write_text((ROOT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]} | ASCII
    stage = [sys.executable, "-m", "pipeline.stages.settings", params.name]
    ended = subprocess.run(stage, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("param??tres.yaml has no error")


def test_lines_reach_a_log_at_once() -> None:
    text = "import os; from pipeline.terminal.streams import lenient_streams\nwith lenient_streams():\n    print('first')\n    os._exit(0)"
    ended = subprocess.run(script(text), cwd=ROOT, capture_output=True, text=True)
    assert ended.stdout == "first\n"


def test_streams_are_as_before_when_the_block_has_ended() -> None:
    before = sys.stdout, sys.stderr
    with lenient_streams():
        pass
    assert (sys.stdout, sys.stderr) == before
