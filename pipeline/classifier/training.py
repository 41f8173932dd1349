"""Training of the digit classifier, on real digits or only on samples."""

from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.runtime import batch_stream

# isort: split
import keras
import numpy as np
import tensorflow as tf

from pipeline.classifier.network import build_classifier
from pipeline.data.batches import batches
from pipeline.data.digits import SIDE, Bytes, Digits
from pipeline.data.pixels import to_float
from pipeline.settings.params import ClassifierSettings
from pipeline.training.resume import Resume, Saving


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
    model = build_classifier(settings.width)
    steps = max(1, len(digits.labels) // settings.batch_size)
    epochs = epochs_to_train(settings, steps)
    rise, total = steps * epochs // 4, steps * epochs
    schedule = keras.optimizers.schedules.CosineDecay(0.0, total - rise, warmup_target=settings.learning_rate, warmup_steps=rise)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(schedule), loss, metrics=["accuracy"], jit_compile=False)
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
    def shifted() -> Iterator[tuple[np.ndarray, Bytes]]:
        random = np.random.default_rng(settings.seed)
        for _ in range(first_step):
            _offsets(settings.batch_size, settings.shift_pixels, random)
        for images, labels in batches(digits, settings.batch_size, settings.seed, first_step):
            yield to_float(_shift(images, settings.shift_pixels, random), 0), labels

    shapes = (tf.TensorSpec((settings.batch_size, SIDE, SIDE, 1)), tf.TensorSpec((settings.batch_size,), tf.uint8))
    return batch_stream(shifted, shapes)


def _shift(images: Bytes, pixels: int, random: np.random.Generator) -> Bytes:
    """Each image moved by up to `pixels` in each direction."""
    padded = np.pad(images, ((0, 0), (pixels, pixels), (pixels, pixels)))
    offsets = _offsets(len(images), pixels, random)
    return np.stack([image[top : top + SIDE, left : left + SIDE] for image, (top, left) in zip(padded, offsets, strict=True)])


def _offsets(images: int, pixels: int, random: np.random.Generator) -> np.ndarray:
    """How far each image of a batch is moved, (images, 2): 0 and 2 * pixels are the farthest."""
    return random.integers(0, 2 * pixels + 1, (images, 2))
