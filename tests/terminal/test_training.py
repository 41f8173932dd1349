"""The progress of a training by Keras: whole at its end, numbers after each epoch, no byte changed."""

import re

import keras
import numpy as np
import pytest

from pipeline.terminal.training import TrainingProgress, numbers_text

STEPS, EPOCHS = 20, 3


def train(steps_per_call: int, *callbacks: keras.callbacks.Callback) -> bytes:
    """Train a small model; its weights."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("adam", "mse", steps_per_execution=steps_per_call, jit_compile=False)
    images = np.random.default_rng(0).normal(size=(STEPS * 4, 2)).astype(np.float32)
    model.fit(images, images.sum(axis=1), batch_size=4, epochs=EPOCHS, callbacks=list(callbacks), verbose=0)
    return b"".join(weights.tobytes() for weights in model.get_weights())


@pytest.mark.parametrize("steps_per_call", [5, 8])
def test_a_training_is_whole_at_its_end_and_its_weights_stay_the_same_bytes(steps_per_call: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where the last call of an epoch does fewer steps than the others."""
    with TrainingProgress("modern-0", lambda logs: {"error": logs["loss"]}) as shown:
        followed = train(steps_per_call, shown)
    assert followed == train(steps_per_call)
    assert re.fullmatch(r"modern-0: epoch 3/3  error [0-9.]+  \[100%, 00:0\d\]\n", capsys.readouterr().out)


def test_a_training_that_breaks_off_says_how_far_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    class Interrupt(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            if epoch == 1:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), TrainingProgress("modern-0", dict) as shown:
        train(5, Interrupt(), shown)
    assert re.fullmatch(r"modern-0: epoch 1/3  loss [0-9.]+  \[33%, .* left\]\n", capsys.readouterr().out)


def test_a_number_that_is_not_finite_is_said_in_words() -> None:
    assert numbers_text({"d_loss": None, "diversity": 0.71239}) == "d_loss not finite  diversity 0.712"
