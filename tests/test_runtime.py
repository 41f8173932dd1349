"""TensorFlow's start, and the stream of batches: what is drawn comes out, in order, and training ends with its last step."""

import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.runtime import pin_runtime, row_stream
from tests.conftest import ROOT


def stream(first: int = 0) -> tf.data.Dataset:
    """Batches of three rows and their number, from orders of seven."""

    def orders() -> Iterator[np.ndarray]:
        for number in itertools.count():
            yield np.arange(7 * number, 7 * number + 7)

    return row_stream(orders, 3, lambda number, rows: (rows, number), first)


def test_threads_and_determinism_are_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    monkeypatch.setattr("pipeline.runtime.threadpool_limits", lambda limit: calls.append(("numpy", limit)))
    monkeypatch.setattr(tf.config.threading, "set_intra_op_parallelism_threads", lambda threads: calls.append(("tensorflow", threads)))
    monkeypatch.setattr(tf.config.experimental, "enable_op_determinism", lambda: calls.append("deterministic"))
    pin_runtime(3)
    assert calls == [("numpy", 1), ("tensorflow", 3), "deterministic"]


@pytest.mark.slow
def test_a_process_starts_quietly_and_is_pinned_before_its_first_operation() -> None:
    script = "import pipeline.runtime as r; r.pin_runtime(3); import tensorflow as tf; "
    script += "from tensorflow.python.framework.config import is_op_determinism_enabled as deterministic; "
    script += "print(tf.config.threading.get_intra_op_parallelism_threads(), deterministic())"
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("3 True\n", "")


@pytest.mark.slow
def test_keras_comes_without_what_it_does_not_need_and_other_code_still_has_it() -> None:
    """What is imported before stays; what is not can be imported afterwards."""
    for before, expected in (("", "[]"), ("import pandas; ", "['pandas']")):
        script = f"import sys; {before}import pipeline.runtime; "
        script += "print([name for name in ('matplotlib', 'pandas', 'sklearn') if name in sys.modules]); import sklearn, pandas, matplotlib"
        ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
        assert (ended.stdout, ended.stderr) == (f"{expected}\n", "")


def test_batches_come_in_their_order_across_orders_and_are_numbered() -> None:
    for place, (rows, number) in enumerate(stream(first=5).take(20)):
        assert rows.numpy().tolist() == list(range(3 * place, 3 * place + 3))
        assert number.numpy() == 5 + place


def test_batches_are_made_without_autotuning() -> None:
    """Its thread would hold back the end of a training: the slow test below measures it."""
    assert stream().options().autotune.enabled is False


@pytest.mark.slow
def test_training_ends_with_its_last_step() -> None:
    """tf.data's autotuning would wake 5.1 s after the start, and hold back a training that ends 3 s after it."""

    class Slow(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
            time.sleep(0.1)
            self.ended = time.monotonic()

    slow, model = Slow(), keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(
        stream().map(lambda rows, _: (tf.cast(rows, tf.float32)[:, tf.newaxis], rows)),
        epochs=1,
        steps_per_epoch=30,
        shuffle=False,
        verbose=0,
        callbacks=[slow],
    )
    assert time.monotonic() - slow.ended < 0.5
