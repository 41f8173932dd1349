"""The comparison of speeds: trainings take turns, each has its own process, and the page says what was measured."""

import cProfile
import pstats
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.machine import machine
from benchmarks.speed import around, made_up, paired
from benchmarks.speed.__main__ import ATTEMPTS, PAGE, QUALITY, RESULTS
from benchmarks.speed.guide import GuideGAN
from benchmarks.speed.page import page
from benchmarks.speed.paired import images_per_second, ratios
from benchmarks.speed.worker import started
from pipeline.data.digits import Digits
from pipeline.files.json_file import read_json
from pipeline.gan.base import training_batches
from pipeline.gan.penalties import discriminate_with_penalty
from pipeline.settings.params import Settings, load_settings
from tests.conftest import ROOT

TRAINING = """
import sys, time
from benchmarks.speed.worker import answer
def train(steps):
    with open("turns", "a") as turns:
        turns.write(f"{sys.argv[1]} {steps}\\n")
    time.sleep(steps * float(sys.argv[2]))
answer(train)
"""


def training(name: str, seconds: float) -> list[str]:
    return [sys.executable, "-c", TRAINING, name, str(seconds)]


def test_trainings_take_turns_and_the_warm_up_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    for name, value in {"CALL": 1, "WARM_UP_SECONDS": 0.0, "TURN_SECONDS": 0.0}.items():
        monkeypatch.setattr(paired, name, value)
    rates = images_per_second({"fast": training("fast", 0.001), "slow": training("slow", 0.002)}, batch_size=8, rounds=3)
    turns = [line.split()[0] for line in Path("turns").read_text().splitlines()]
    assert turns == ["fast"] * 3 + ["slow"] * 3 + ["fast", "slow"] * 3
    assert [len(each) for each in rates.values()] == [3, 3]
    assert all(0 < rate <= 8 / 0.001 for rate in rates["fast"])  # a busy machine takes longer, and none takes less
    assert all(0 < rate <= 8 / 0.002 for rate in rates["slow"])


def test_a_training_that_fails_ends_the_comparison() -> None:
    with started([sys.executable, "-c", "input(); raise SystemExit(3)"]) as worker, pytest.raises(ChildProcessError, match="expected seconds"):
        worker.seconds(1)


@pytest.mark.parametrize("name", ["answer", pytest.param("dcgan", marks=pytest.mark.slow), "modern"])
def test_the_guide_trains_the_same_networks(digits: Digits, settings: Settings, name: str) -> None:
    variant = settings.gan[name]
    gan = GuideGAN(variant)
    gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    before = [network.get_weights() for network in (gan.generator, gan.discriminator)]
    logs = gan.fit(training_batches(digits, variant, 0), steps_per_epoch=2, shuffle=False, verbose=0).history
    assert all(np.isfinite(loss).all() for loss in logs.values())
    for network, weights in zip((gan.generator, gan.discriminator), before, strict=True):
        changed = [(one != other).any() for one, other in zip(network.get_weights(), weights, strict=True)]
        assert sum(changed) >= len(changed) - 1, network.name  # the relativistic objective gives the last bias no gradient
    if gan.average is not None:
        assert any((one != other).any() for one, other in zip(gan.average.get_weights(), before[0], strict=True))


def test_the_penalty_of_the_guide_is_that_of_the_project(digits: Digits, settings: Settings) -> None:
    """R1 and R2 in one pass, weighed as in two."""
    variant = settings.gan["modern"]
    gan = GuideGAN(variant)
    images, labels = next(iter(training_batches(digits, variant, 0)))
    samples = images[::-1] / 2
    both = gan._outputs(tf.concat([images, samples], axis=0), tf.concat([labels, labels], axis=0))[1]
    each = [discriminate_with_penalty(lambda x: gan._discriminate(x, labels), x, gamma)[1] for x, gamma in ((images, 0.1), (samples, 0.1))]
    assert (variant.r1_gamma, variant.r2_gamma) == (0.1, 0.1)
    assert float(both) == pytest.approx(float(sum(each)), rel=1e-4)
    assert float(each[0]) > 0


def test_the_page_has_medians_and_shares_of_what_was_measured() -> None:
    rates: dict[str, list[float]] = {"ours": [300, 100, 200], "keras_guide": [100, 100, 100]}
    step = {"operations": 4e9, "batch_size": 10, "milliseconds_by_kind": {"_MklMatMul": 1.5}}
    measured = {"images_per_second": rates, "gains": {"keras_guide": ratios(rates["ours"], rates["keras_guide"])}, "step": step}
    attempts = {
        "measured": "Here.",
        "kept": [{"what": "less work", "gain": {"answer": "1.20", "dcgan": "1.10"}}],
        "left": [{"what": "more", "gain": {}}],
    }
    spent = {"imports": 3.25, "MLflow": 0.0, "all": 60.0}
    around_training: dict[str, Any] = {
        "growth": {"batch_size": {"64": [1700, 1800, 1600]}, "threads": {"2": [900, 1000, 800]}},
        "scoring": {"ours": {"10000": {"seconds": 5.04, "megabytes": 700.0}}, "elsewhere": {"10000": {"seconds": 50.0, "megabytes": 3000.0}}},
        "stages": {"train": spent, "diagnose": spent | {"imports": 1.0}},
        "nothing_to_do": {"dvc status": [1.0, 1.0, 2.0], "dvc repro": [1.1, 1.3, 2.4]},
        "one_changed_cell": 81.4,
        "cells": [{"cells": 1000, "seconds": 41.26, "again": 20.0, "page_bytes": 6_620_000}],
    }
    measures = {"machine": machine(), "matrix_rate": {"1": 1e11, "2": 1.6e11}, "rounds": 3, "variants": {"answer": measured}}
    text = page(measures | around_training, attempts, None)
    assert "| batch size | 64 | 1700 (1600 to 1800) |" in text
    assert "| this project | 10 000 | 5.0 | 700 |" in text
    assert "| elsewhere | 10 000 | 50.0 | 3000 |" in text
    assert "| 1000 | 41.3 | 20.0 | 6.6 |" in text
    assert "| stage | imports | all |" in text  # no stage waited for MLflow
    assert "| train | 3.2 | 60.0 |" in text
    assert "`dvc status` 1.00 s, medians of their own; of one\nright after the other, `dvc repro` takes 1.20 times as long" in text
    assert "`dvc repro` takes 81 s, its training included" in text
    assert "| answer | this project | 200 (100 to 300) |  |" in text
    assert "| answer | the step of Keras' guide | 100 (100 to 100) | 2.00 x (1.00 to 3.00) |" in text
    assert "| answer | 4.00 | 80 | 50% |" in text  # 20 steps a second of 4 GFLOP, and 160 GFLOP/s
    assert "| answer | MatMul 1.50 |" in text
    assert "| less work | answer 1.20, dcgan 1.10 |" in text
    assert "| more |  |" in text


def test_a_profile_is_split_into_parts_and_the_rest_is_computing(monkeypatch: pytest.MonkeyPatch) -> None:
    def load_digits() -> None:
        time.sleep(0.05)

    monkeypatch.setattr(around, "PARTS", {"data": [("test_speed.py", "load_digits")], "saving": [("test_speed.py", "never_called")]})

    def stage() -> None:
        load_digits()
        time.sleep(0.1)

    profile = cProfile.Profile()
    profile.runcall(stage)
    spent = around.parts(pstats.Stats(profile))
    assert (spent["saving"], spent["hooks of tracking"]) == (0, 0)
    assert spent["data"] >= 0.05
    assert spent["computing"] >= 0.1
    assert spent["all"] == pytest.approx(spent["data"] + spent["computing"], abs=0.02)


def test_one_setting_of_one_variant_is_changed(tmp_path: Path) -> None:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    before = load_settings(tmp_path / "params.yaml").gan
    around.change_setting(tmp_path, "modern", "training_images", 3 * 54912)
    around.change_setting(tmp_path, "answer", "generator_learning_rate", 0.0011)
    after = load_settings(tmp_path / "params.yaml").gan
    assert after["modern"] == before["modern"].model_copy(update={"training_images": 3 * 54912})
    assert after["answer"] == before["answer"].model_copy(update={"generator_learning_rate": 0.0011})
    assert after["dcgan"] == before["dcgan"]


def test_made_up_cells_are_compared_like_real_ones(finished_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, made = tmp_path / "project", tmp_path / "made"
    shutil.copytree(finished_project, project, ignore=shutil.ignore_patterns(".git", ".dvc"), symlinks=True)
    params = project / "params.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("\n  asker:\n", "\n  asker: &asker\n"), encoding="utf-8")
    made.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setattr(made_up, "BASELINE", "asker")
    command = made_up.make_project(made, 4)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    ended = subprocess.run([sys.executable, *command], cwd=made, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    rows = read_json(made / "artifacts/leaderboard.json")["cells"]
    assert sorted((row["variant"], row["seed"]) for row in rows) == [("asker", 0), ("asker", 1), ("v0001", 0), ("v0001", 1)]
    assert len({row["scores"]["frechet_distance"] for row in rows}) == 4
    assert 'id="variant-v0001"' in (made / "artifacts/report/index.html").read_text(encoding="utf-8")


def test_the_published_page_is_the_one_of_the_published_results() -> None:
    quality = read_json(ROOT / QUALITY) if (ROOT / QUALITY).is_file() else None
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(read_json(ROOT / RESULTS), read_json(ROOT / ATTEMPTS), quality)
