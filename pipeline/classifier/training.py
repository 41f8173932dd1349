"""Training of the digit classifier, on real digits or only on samples."""

from collections.abc import Iterator, Sequence

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


def train_classifier(
    digits: Digits, held_out: Digits, settings: ClassifierSettings, callbacks: Sequence[keras.callbacks.Callback]
) -> tuple[keras.Model, list[dict[str, float]]]:
    """Train a classifier with Adam over one cycle of the learning rate (Smith and Topin 2017, arXiv:1708.07120), on images shifted at random.

    Args:
        digits: what it is trained on.
        held_out: what its accuracy and loss are measured on after each epoch.
        settings: the section `classifier` of params.yaml.
        callbacks: of Keras, which may follow the training.

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
    history = model.fit(
        _shifted_batches(digits, settings),
        epochs=epochs,
        steps_per_epoch=steps,
        shuffle=False,
        validation_data=(to_float(held_out.images, 0), held_out.labels),
        validation_batch_size=500,
        callbacks=list(callbacks),
        verbose=0,
    )
    rows = [{"epoch": epoch + 1} | {name: values[epoch] for name, values in history.history.items()} for epoch in range(epochs)]
    return model, rows


def epochs_to_train(settings: ClassifierSettings, steps: int) -> int:
    """`settings.epochs` of so many steps, more if these are fewer steps than `settings.minimum_steps`."""
    return max(settings.epochs, -(-settings.minimum_steps // steps))


def _shifted_batches(digits: Digits, settings: ClassifierSettings) -> tf.data.Dataset:
    def shifted() -> Iterator[tuple[np.ndarray, Bytes]]:
        random = np.random.default_rng(settings.seed)
        for images, labels in batches(digits, settings.batch_size, settings.seed):
            yield to_float(_shift(images, settings.shift_pixels, random), 0), labels

    shapes = (tf.TensorSpec((settings.batch_size, SIDE, SIDE, 1)), tf.TensorSpec((settings.batch_size,), tf.uint8))
    return batch_stream(shifted, shapes)


def _shift(images: Bytes, pixels: int, random: np.random.Generator) -> Bytes:
    """Each image moved by up to `pixels` in each direction."""
    padded = np.pad(images, ((0, 0), (pixels, pixels), (pixels, pixels)))
    offsets = random.integers(0, 2 * pixels + 1, (len(images), 2))
    return np.stack([image[top : top + SIDE, left : left + SIDE] for image, (top, left) in zip(padded, offsets, strict=True)])
