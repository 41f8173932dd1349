"""How the scripts of other people are run: twice, in processes of their own, and whatever becomes of them is recorded."""

import os
import sys
from pathlib import Path

import pytest

from benchmarks.diagnosis.scripts import kept, running
from benchmarks.diagnosis.scripts.cost import cost_of
from benchmarks.diagnosis.scripts.running import TIMED_OUT, Pair, Run, environment, output_kept, run, run_pair, run_plain, same_output
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
    one = Run(0, 1.0, "5/5 - 3s - 61ms/step - loss: 0.6931\n", "")
    assert same_output(one, Run(0, 9.0, "5/5 - 4s - 1s/step - loss: 0.6931\n", "other words"))
    assert not same_output(one, one._replace(output="5/5 - 3s - 61ms/step - loss: 0.6932\n"))
    assert not same_output(one, one._replace(status=1))


def test_an_output_is_compared_only_where_a_script_prints_the_same_twice_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Run(0, 1.0, "loss: 1\n", "")
    other = one._replace(output="loss: 2\n")
    assert [output_kept(Pair(one, one)), output_kept(Pair(one, other, one)), output_kept(Pair(one, other, other))] == [True, False, None]
    monkeypatch.chdir(ROOT)
    script = tmp_path / "script.py"
    script.write_text("import time\nprint(time.time_ns())\n")
    assert output_kept(run_pair(script, dict(os.environ), tmp_path / "kept")) is None
    script.write_text("print(1)\n")
    assert run_pair(script, dict(os.environ), tmp_path / "kept").again is None


def test_the_environment_has_one_thread_full_length_and_the_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPS", "3")
    monkeypatch.setenv("SEED", "9")
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    with pytest.raises(DataError, match="expected the MNIST files"):
        environment()
    (tmp_path / "train-images-idx3-ubyte.gz").touch()
    variables = environment()
    assert (variables["MNIST_DIR"], variables["TF_NUM_INTRAOP_THREADS"], {"STEPS", "SEED"} & set(variables)) == (str(tmp_path), "1", set())


def test_a_script_that_takes_too_long_or_fails_is_recorded_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    script = tmp_path / "script.py"
    script.write_text("import subprocess, sys\nprint('began', flush=True)\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])\n")
    ended = run([sys.executable, str(script)], dict(os.environ), 2)
    assert (ended.status, ended.output) == (TIMED_OUT, "began\n")
    assert ended.seconds < 30
    script.write_text("print('began')\nraise ValueError('no more')\n")
    pair = run_pair(script, dict(os.environ), tmp_path)
    assert (pair.plain.status, pair.with_doctor.status, pair.with_doctor.report) == (1, 1, None)
    assert (pair.plain.output, pair.plain.last_words) == ("began\n", "ValueError: no more")
    assert same_output(pair.plain, pair.with_doctor)
    assert "no diagnosis: Keras 3 was not imported" in pair.with_doctor.last_words


def test_what_has_run_is_not_run_again_unless_something_that_it_depends_on_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    counted = tmp_path / "counted"
    script = tmp_path / "faulty/script.py"
    script.parent.mkdir()
    script.write_text(f"open({str(counted)!r}, 'a').write('x')\nprint('ran')\n")

    def times(**variables: str) -> int:
        assert run_plain(script, {**os.environ, **variables}, tmp_path / "kept").output == "ran\n"
        return len(counted.read_text())

    assert [times(), times()] == [1, 1]
    assert [times(SEED="2"), times(SEED="2"), times()] == [2, 2, 2]
    (tmp_path / "digits.py").write_text("# a module beside the script\n")
    assert [times(), times()] == [3, 3]
    script.write_text(script.read_text() + "# changed\n")
    assert times() == 4


def test_a_changed_doctor_runs_no_script_without_the_doctor_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    script = tmp_path / "script.py"
    script.touch()
    before = [kept.place(tmp_path, script, {}, kind) for kind in (kept.PLAIN, kept.DOCTORS)]
    monkeypatch.setattr(kept, "doctors_code", lambda: "another")
    after = [kept.place(tmp_path, script, {}, kind) for kind in (kept.PLAIN, kept.DOCTORS)]
    assert (before[0] == after[0], before[1] == after[1]) == (True, False)


def test_a_run_that_took_too_long_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(running, "run", lambda *_: Run(TIMED_OUT, 240.0, "", ""))
    script = tmp_path / "script.py"
    script.touch()
    assert run_plain(script, {}, tmp_path / "kept").status == TIMED_OUT
    assert not (tmp_path / "kept").exists()


@pytest.mark.slow
def test_a_small_gan_is_reported_and_its_cost_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    script = tmp_path / "tiny.py"
    script.write_text(TINY_GAN)
    pair = run_pair(script, dict(os.environ), tmp_path)
    assert (pair.plain.status, pair.with_doctor.status) == (0, 0)
    assert same_output(pair.plain, pair.with_doctor)
    assert pair.with_doctor.report
    assert (pair.plain.steps, pair.with_doctor.steps) == (None, 8)
    cost = cost_of("combined model", script, 30, dict(os.environ))
    assert cost["status"] == 0
    assert (cost["share_before"] or 0.0) <= cost["share"] < 1
