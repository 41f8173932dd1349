"""Training of the digit classifier, on real digits or only on samples."""

from collections.abc import Sequence
from typing import Any

from pipeline.runtime import row_stream

# isort: split
import keras
import numpy as np
import tensorflow as tf

from pipeline.classifier.network import build_classifier
from pipeline.data.batches import orders
from pipeline.data.digits import SIDE, Digits
from pipeline.data.pixels import to_float
from pipeline.kernels.layers import with_fast_layers
from pipeline.settings.params import ClassifierSettings
from pipeline.training.resume import Resume, Saving

STEPS_PER_CALL = 10  # most steps in one call into TensorFlow; it changes the speed and no byte


def train_classifier(
    digits: Digits, held_out: Digits, settings: ClassifierSettings, callbacks: Sequence[keras.callbacks.Callback], saving: Saving | None = None
) -> tuple[keras.Model, list[dict[str, float]]]:
    """Train a classifier with Adam over one cycle of the learning rate (Smith and Topin 2017, arXiv:1708.07120), on images shifted at random.

    Args:
        digits: what it is trained on.
        held_out: what its accuracy and loss are measured on after each epoch.
        settings: the section `classifier` of params.yaml.
        callbacks: of Keras, which may follow the training.
        saving: where checkpoints are kept, from which a training that was ended continues; without it, none are.

    Returns:
        The classifier, and its history, a row per epoch: accuracy, loss, val_accuracy, val_loss.
    """
    keras.utils.set_random_seed(settings.seed)
    model = with_fast_layers(build_classifier(settings.width))
    steps = max(1, len(digits.labels) // settings.batch_size)
    epochs = epochs_to_train(settings, steps)
    rise, total = steps * epochs // 4, steps * epochs
    schedule = keras.optimizers.schedules.CosineDecay(0.0, total - rise, warmup_target=settings.learning_rate, warmup_steps=rise)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    together = next(number for number in range(STEPS_PER_CALL, 0, -1) if steps % number == 0)
    model.compile(keras.optimizers.Adam(schedule), loss, metrics=["accuracy"], jit_compile=False, steps_per_execution=together)
    # Keras makes these variables in the first step; where a training continues, they are restored before it.
    model.optimizer.build(model.trainable_variables)
    model.compute_metrics(None, digits.labels[:1], model(to_float(digits.images[:1], 0), training=False))
    history = _Rows()
    following = [history, *callbacks]
    validation = {"validation_data": (to_float(held_out.images, 0), held_out.labels), "validation_batch_size": 500}
    if saving is None:
        stream = _shifted_batches(digits, settings, 0)
        model.fit(stream, epochs=epochs, steps_per_epoch=steps, callbacks=following, shuffle=False, verbose=0, **validation)
    else:
        resume = Resume(model, [model.optimizer], steps, {"history": history}, saving)
        resume.fit(lambda first_step: _shifted_batches(digits, settings, first_step), epochs, following, **validation)
    return model, history.rows


class _Rows(keras.callbacks.Callback):
    """Keeps each epoch's numbers."""

    diverged = False

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, float]] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        self.rows.append({"epoch": epoch + 1} | logs)

    def state(self) -> dict[str, Any]:
        return {"rows": self.rows}

    def restore(self, state: dict[str, Any]) -> None:
        self.rows = state["rows"]


def epochs_to_train(settings: ClassifierSettings, steps: int) -> int:
    """`settings.epochs` of so many steps, more if these are fewer steps than `settings.minimum_steps`."""
    return max(settings.epochs, -(-settings.minimum_steps // steps))


def _shifted_batches(digits: Digits, settings: ClassifierSettings, first_step: int) -> tf.data.Dataset:
    """Batches from a step on: images (b, 28, 28, 1) in [0, 1], each shifted at random, and labels (b,)."""
    size, border = settings.batch_size, settings.shift_pixels
    images = tf.constant(np.pad(digits.images, ((0, 0), (border, border), (border, border))))
    labels = tf.constant(digits.labels, tf.int32)

    def drawn(step: tf.Tensor, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        offsets = tf.random.stateless_uniform((size, 2), tf.stack([tf.cast(settings.seed, tf.int64), step]), 0, 2 * border + 1, tf.int32)
        return tf.cast(windows(tf.gather(images, rows), offsets), tf.float32)[..., tf.newaxis] / 255, tf.gather(labels, rows)

    return row_stream(lambda: orders(len(digits.labels), settings.seed, first_step * size), size, drawn, first_step)


def windows(images: tf.Tensor, offsets: tf.Tensor) -> tf.Tensor:
    """From each image, (n, h, w), the 28x28 pixels that begin at its own row and column, `offsets` (n, 2).

    >>> windows(tf.reshape(tf.range(30 * 30), (1, 30, 30)), tf.constant([[2, 1]]))[0, 0, :3].numpy().tolist()
    [61, 62, 63]
    """
    pixels = tf.range(SIDE)
    rows = tf.gather(images, offsets[:, :1] + pixels, axis=1, batch_dims=1)
    return tf.gather(rows, offsets[:, 1:] + pixels, axis=2, batch_dims=1)
