"""`python -m pipeline doctor`: every variant before training, every trained cell as it was diagnosed."""

from pathlib import Path

import pytest

from pipeline.__main__ import main, print_diagnoses
from pipeline.data.digits import Digits, save_digits
from pipeline.doctor.diagnosis.diagnose import diagnose
from pipeline.files.artifacts import write_json
from pipeline.files.errors import DataError, PipelineError
from pipeline.settings.params import Settings


def test_it_prints_every_variant_and_what_is_trained(tmp_path: Path, scans: Digits, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    save_digits(tmp_path / "train.npz", scans)
    findings = diagnose({"scores": {"effective_classes": 1.0}, "real_reference": {"effective_classes": 9.98}}, "asker")
    write_json(tmp_path / "asker-0.json", {"findings": [finding.row() for finding in findings]})
    print_diagnoses(settings, tmp_path / "train.npz", tmp_path)
    printed = capsys.readouterr().out
    assert (
        printed.index("asker, before training:") < printed.index("asker, seed 0, trained:") < printed.index("modern, before training: nothing found")
    )
    assert "gan.asker.share_discriminator: true" in printed
    assert "class collapse  (effective classes 1, real digits 9.98)" in printed
    assert "modern, seed 0" not in printed


def test_without_data_it_says_how_to_get_some(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(DataError, match="expected the training split, received no file; run `dvc repro preprocess`"):
        print_diagnoses(settings, tmp_path / "train.npz", tmp_path)


def test_an_unknown_argument_is_refused() -> None:
    with pytest.raises(PipelineError, match="expected no argument, --jobs N, doctor, verify or verify --remove, received 'docter'"):
        main(["docter"])
