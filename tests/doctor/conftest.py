"""What the doctor's tests share."""

from pipeline.settings.params import Settings
from pipeline.settings.yaml_file import read_yaml
from tests.conftest import ROOT


def whole_settings() -> Settings:
    """params.yaml as it is."""
    return Settings.model_validate(read_yaml(ROOT / "params.yaml"))
