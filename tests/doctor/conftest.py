"""What the doctor's tests share: real digits, and evidence of a healthy GAN."""

from pathlib import Path

import pytest

from pipeline.data.digits import Digits, load_digits
from pipeline.settings.params import Settings, read_yaml
from pipeline.stages.download import download
from pipeline.stages.preprocess import preprocess
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Digits:
    """The digits that scikit-learn carries."""
    folder = tmp_path_factory.mktemp("scans")
    whole = whole_settings()
    download(folder / "raw", whole.download.model_copy(update={"source": "digits"}))
    splits = [folder / f"{name}.npz" for name in ("train", "validation", "test")]
    preprocess(folder / "raw", *splits, whole.preprocess)
    return load_digits(splits[0])


def whole_settings() -> Settings:
    """params.yaml as it is."""
    return Settings.model_validate(read_yaml(Path(ROOT) / "params.yaml"))
