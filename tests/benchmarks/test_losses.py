"""The measured bands: each training counts the same, in units that a factor does not change, and the committed file agrees with itself."""

import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.losses.bands import LEAST_LOOKS, bands, cell, training
from benchmarks.losses.picture import draw
from benchmarks.losses.training import evidence_of
from pipeline.files.errors import DataError
from pipeline.settings.params import load_settings
from tests.benchmarks.quotations import CELLS, _read
from tests.conftest import ROOT
from tests.doctor.diagnosis.test_loss_report import VALUES
from tests.doctor.diagnosis.test_loss_report import training as trained

Row = dict[str, Any]


def series(name: str, losses: list[float]) -> Row:
    looks = [{"steps": 100 * number, "discriminator": loss, "generator": loss, "real_fake_auc": None} for number, loss in enumerate(losses, 1)]
    return {"name": name, "family": "logistic", "generator_form": "non-saturating", "looks": looks}


def test_each_training_counts_the_same_and_its_beginning_does_not_count() -> None:
    often, seldom = series("often", [9.0] * 10 + [1.0] * 40), series("seldom", [9.0, 1.2, 1.2, 1.2, 1.2])
    found = bands([often, seldom, series("one", [1.1])])["logistic"]
    assert (found["trainings"], found["looks"]) == (3, 45)
    assert found["discriminator"] == found["generator"] == [1.0, 1.2]


def test_too_little_gives_no_band() -> None:
    assert bands([series("alone", [1.0] * 100)])["logistic"]["discriminator"] is None
    two = [series("one", [1.0] * 2), series("other", [1.0] * 2)]
    assert bands([*two, series("another", [1.0] * 2)])["logistic"]["discriminator"] is None
    assert bands([*two, series("long", [1.0] * 2 * LEAST_LOOKS)])["logistic"]["discriminator"] == [1.0, 1.0]


def test_a_factor_is_taken_out_and_what_is_not_comparable_is_left_out() -> None:
    rows = {"real_fake_auc": 0.7}
    for evidence, wanted in (
        (trained(0.6, 0.45, values={name: value / 2 for name, value in VALUES.items()}), (1.2, 0.9)),
        (trained(1.2, 0.9, penalised=True), (None, 0.9)),
    ):
        evidence["epochs"] = [row | rows for row in evidence["epochs"]]
        found = training("gan", evidence)
        assert (found["family"], found["generator_form"]) == ("logistic", "non-saturating")
        assert found["looks"][-1]["steps"] == 1500
        for network, loss in zip(("discriminator", "generator"), wanted, strict=True):
            assert found["looks"][-1][network] == (None if loss is None else pytest.approx(loss, rel=0.001))


def test_the_committed_bands_are_those_of_the_committed_trainings() -> None:
    published = _read("loss_bands")
    assert published["families"] == bands(published["trainings"])


def test_a_published_cell_counts_by_its_last_epoch_or_by_all() -> None:
    row = next(row for row in CELLS if row["variant"] == "hinge_sn")
    variant = load_settings(ROOT / "params.yaml").gan["hinge_sn"]
    alone, all_of_it = cell(row, variant, []), cell(row, variant, [{"d_loss": 2.0, "g_loss": 0.0}, {"d_loss": 1.9, "g_loss": 0.1}])
    assert (alone["family"], alone["generator_form"], len(alone["looks"])) == ("hinge", "linear", 1)
    assert alone["looks"][-1]["discriminator"] == round(row["losses"]["d_loss_last"], 4)
    assert [look["discriminator"] for look in all_of_it["looks"]] == [2.0, 1.9]
    assert all_of_it["looks"][-1]["steps"] == alone["looks"][-1]["steps"]


def test_a_picture_is_drawn_even_of_families_without_trainings(tmp_path: Path) -> None:
    draw(tmp_path / "losses.png", [series("one", [1.0] * 20), series("other", [1.1]), series("another", [1.2])])
    assert (tmp_path / "losses.png").stat().st_size > 1000


def test_a_script_that_fails_is_named(tmp_path: Path) -> None:
    script = tmp_path / "gan.py"
    script.write_text("raise SystemExit(1)\n")
    with pytest.raises(DataError, match=r"gan\.py: expected a script that ends, received status 1"):
        evidence_of([str(script)], {"PATH": str(Path(sys.executable).parent), "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)})
