"""Who adds a variant to params.yaml, as README describes, keeps a green `make test`."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.test_results import with_a_variant_added
from tests.conftest import ROOT


@pytest.mark.slow
def test_settings_and_results_hold_with_a_variant_added(tmp_path: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    params = tmp_path / "params.yaml"
    params.write_text(with_a_variant_added(params.read_text(encoding="utf-8")), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/settings", "tests/benchmarks/test_results.py"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout
