"""How the scripts of other people are run: twice, in processes of their own, and whatever becomes of them is recorded."""

import os
import sys
from pathlib import Path

import pytest

from benchmarks.others.cost import cost_of
from benchmarks.others.running import TIMED_OUT, Run, environment, run, run_pair, same_output
from pipeline.files.errors import DataError
from tests.conftest import ROOT

TINY_GAN = """
import keras, numpy as np
keras.utils.set_random_seed(0)
d = keras.Sequential([keras.Input((2,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1, "sigmoid")])
g = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(2)])
d.compile("adam", "binary_crossentropy")
z = keras.Input((3,))
both = keras.Model(z, d(g(z)))
both.compile("adam", "binary_crossentropy")
rng = np.random.default_rng(0)
for step in range(8):
    d.trainable = True
    loss = d.train_on_batch(rng.normal(3, 1, (16, 2)), np.ones((16, 1)))
    loss += d.train_on_batch(g.predict_on_batch(rng.normal(size=(16, 3))), np.zeros((16, 1)))
    d.trainable = False
    print(loss, both.train_on_batch(rng.normal(size=(16, 3)), np.ones((16, 1))))
raise SystemExit(0)
"""


def test_the_same_output_is_the_same_bytes_and_status_but_for_durations() -> None:
    one = Run(0, 1.0, b"5/5 - 3s - 61ms/step - loss: 0.6931\n", "")
    assert same_output(one, Run(0, 9.0, b"5/5 - 4s - 1s/step - loss: 0.6931\n", "other words"))
    assert not same_output(one, one._replace(output=b"5/5 - 3s - 61ms/step - loss: 0.6932\n"))
    assert not same_output(one, one._replace(status=1))


def test_the_environment_has_one_thread_full_length_and_the_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPS", "3")
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    with pytest.raises(DataError, match="expected the MNIST files"):
        environment()
    (tmp_path / "train-images-idx3-ubyte.gz").touch()
    variables = environment()
    assert (variables["MNIST_DIR"], variables["TF_NUM_INTRAOP_THREADS"], "STEPS" in variables) == (str(tmp_path), "1", False)


def test_a_script_that_takes_too_long_or_fails_is_recorded_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    script = tmp_path / "script.py"
    script.write_text("import subprocess, sys\nprint('began', flush=True)\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])\n")
    ended = run([sys.executable, str(script)], dict(os.environ), 2)
    assert (ended.status, ended.output) == (TIMED_OUT, b"began\n")
    assert ended.seconds < 30
    script.write_text("print('began')\nraise ValueError('no more')\n")
    pair = run_pair(script, dict(os.environ))
    assert (pair.plain.status, pair.with_doctor.status, pair.report) == (1, 1, None)
    assert (pair.plain.output, pair.plain.last_words) == (b"began\n", "ValueError: no more")
    assert same_output(pair.plain, pair.with_doctor)
    assert "no diagnosis: Keras 3 was not imported" in pair.with_doctor.last_words


@pytest.mark.slow
def test_a_small_gan_is_reported_and_its_cost_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    script = tmp_path / "tiny.py"
    script.write_text(TINY_GAN)
    pair = run_pair(script, dict(os.environ))
    assert (pair.plain.status, pair.with_doctor.status) == (0, 0)
    assert same_output(pair.plain, pair.with_doctor)
    assert pair.report
    cost = cost_of("combined model", script, dict(os.environ))
    assert cost["status"] == 0
    assert (cost["share_before"] or 0.0) <= cost["share"] < 1
