"""The settings stage: the whole file, or nothing runs."""

from pathlib import Path

import pytest

from pipeline.files.errors import SettingsError
from pipeline.stages.settings import settings
from tests.conftest import ROOT


def test_the_projects_file_passes_and_a_misspelt_one_does_not(tmp_path: Path) -> None:
    settings(ROOT / "params.yaml")
    (tmp_path / "params.yaml").write_text((ROOT / "params.yaml").read_text().replace("threads:", "thread:", 1))
    with pytest.raises(SettingsError, match=r"run\.thread: expected a known key, received an unknown one; the nearest known is threads"):
        settings(tmp_path / "params.yaml")
