"""What the doctor costs: seconds before training, and the time of training with it over that without it, in pairs one after the other."""

import time
from statistics import median
from typing import Any

import keras

from pipeline.data.digits import Digits
from pipeline.doctor.evidence.probe import Probe
from pipeline.doctor.evidence.recorder import EvidenceRecorder
from pipeline.gan.base import GAN, training_batches
from pipeline.gan.probe_inputs import probe_inputs
from pipeline.settings.params import Settings

PAIRS = {"answer": 9, "answer_tuned": 9, "modern": 3}  # the fastest steps, on which measuring weighs most, and slow ones
EPOCHS, STEPS = 3, 429  # steps of an epoch


def measure(digits: Digits, settings: Settings) -> list[dict[str, Any]]:
    """A row per variant: the median over pairs of the ratio of two trainings, first epochs (compilation) left out; and the examination's seconds."""
    rows = []
    for variant, pairs in PAIRS.items():
        ratios, before = [], []
        for _ in range(pairs):
            plain, _ = _train(digits, settings, variant, monitored=False)
            with_doctor, seconds = _train(digits, settings, variant, monitored=True)
            ratios.append(with_doctor / plain)
            before.append(seconds)
        row = {"variant": variant, "ratio": median(ratios), "lowest": min(ratios), "highest": max(ratios), "seconds_before": median(before)}
        print(row, flush=True)
        rows.append(row)
    return rows


def _train(digits: Digits, settings: Settings, variant: str, monitored: bool) -> tuple[float, float]:
    """Seconds of all epochs but the first, and of the examination."""
    keras.utils.clear_session()
    gan = GAN(settings.gan[variant], 0, 10_000)
    gan.steps_per_execution = max(k for k in range(1, 51) if STEPS % k == 0)
    clock = _Clock()
    inputs = probe_inputs(gan, digits, digits)
    recorder = EvidenceRecorder(gan.generator, gan.discriminator, inputs.batch, Probe(inputs.latent, inputs.real, inputs.held_out))
    callbacks = [recorder, clock] if monitored else [clock]
    began = time.perf_counter()
    gan.fit(training_batches(digits, gan.variant, 0), epochs=EPOCHS, steps_per_epoch=STEPS, callbacks=callbacks, shuffle=False, verbose=0)
    return clock.ends[-1] - clock.ends[0], clock.ready - began


class _Clock(keras.callbacks.Callback):
    """When training was ready to begin, and when each epoch was over, the doctor's measurements included."""

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self.ready, self.ends = time.perf_counter(), list[float]()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.ends.append(time.perf_counter())
