"""`python -m pipeline.doctor`: every variant before training, every trained cell as it was diagnosed."""

from pathlib import Path

import pytest

from pipeline.checkup import attend
from pipeline.data.digits import Digits, save_digits
from pipeline.doctor.diagnosis.diagnose import judge
from pipeline.files.artifacts import write_json
from pipeline.files.errors import DataError
from pipeline.settings.params import Settings


def test_it_tells_of_every_variant_and_of_what_is_trained(tmp_path: Path, scans: Digits, settings: Settings, capsys: pytest.CaptureFixture[str]):
    save_digits(tmp_path / "train.npz", scans)
    found = judge({"scores": {"effective_classes": 1.0, "effective_classes_real": 9.98}}, "asker")
    write_json(tmp_path / "asker-0.json", {"findings": [finding._asdict() for finding in found]})
    attend(settings, tmp_path / "train.npz", tmp_path)
    told = capsys.readouterr().out
    assert told.index("asker, before training:") < told.index("asker, seed 0, trained:") < told.index("modern, before training: nothing found")
    assert "gan.asker.share_discriminator: true" in told
    assert "class collapse  (effective classes 1, real digits 9.98)" in told
    assert "modern, seed 0" not in told


def test_without_data_it_says_how_to_get_some(tmp_path: Path, settings: Settings):
    with pytest.raises(DataError, match="expected the training split, received no file; run `dvc repro preprocess`"):
        attend(settings, tmp_path / "train.npz", tmp_path)
