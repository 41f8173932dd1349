"""Who adds a variant to params.yaml, as README describes, keeps a green `make test`."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.test_results import with_a_variant_added
from tests.project import copy_files


@pytest.mark.slow
def test_settings_and_results_hold_with_a_variant_added(tmp_path: Path) -> None:
    copy_files(tmp_path)
    params = tmp_path / "params.yaml"
    params.write_text(with_a_variant_added(params.read_text(encoding="utf-8")), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/settings", "tests/benchmarks/test_results.py"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout
