"""The comparison of speeds: trainings take turns, each has its own process, and the page says what was measured."""

import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.machine import machine
from benchmarks.speed import paired
from benchmarks.speed.guide import GuideGAN
from benchmarks.speed.page import page
from benchmarks.speed.paired import images_per_second, ratios
from benchmarks.speed.worker import started
from pipeline.data.digits import Digits
from pipeline.gan.base import training_batches
from pipeline.gan.penalties import discriminate_with_penalty
from pipeline.settings.params import Settings
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
    text = page({"machine": machine(), "matrix_rate": {"1": 1e11, "2": 1.6e11}, "rounds": 3, "variants": {"answer": measured}})
    assert "| answer | this project | 200 (100 to 300) |  |" in text
    assert "| answer | the step of Keras' guide | 100 (100 to 100) | 2.00 x (1.00 to 3.00) |" in text
    assert "| answer | 4.00 | 80 | 50% |" in text  # 20 steps a second of 4 GFLOP, and 160 GFLOP/s
    assert "| answer | MatMul 1.50 |" in text
