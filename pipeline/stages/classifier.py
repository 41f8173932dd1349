"""Train the digit classifier in whose features samples are scored: reads the splits, writes weights and a report.

All scores depend on it, so its settings are frozen and the report carries the sha256 of its weights.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from pipeline.runtime import batch_stream, pin_runtime

# isort: split
import keras
import numpy as np
import tensorflow as tf

from pipeline.artifacts import file_hash, staged_file, write_json
from pipeline.data import CLASSES, SIDE, Bytes, Digits, batches, load_digits, to_float
from pipeline.errors import one_line_errors
from pipeline.features import build_classifier, read_images
from pipeline.params import ClassifierSettings, Settings, load_settings
from pipeline.tracking.mirror import classifier_run, mirror_classifier
from pipeline.tracking.run import Run


def classifier(
    train: Path, validation: Path, test: Path, weights: Path, report: Path, history: Path, confusion: Path, settings: Settings, run: Run
) -> None:
    """Train on `train`, watch `validation`, judge once on `test`."""
    keras.utils.set_random_seed(settings.classifier.seed)
    digits, held_out, unseen = load_digits(train), load_digits(validation), load_digits(test)
    model = build_classifier(settings.classifier.width)
    rows = _fit(model, digits, held_out, settings.classifier)
    read = read_images(model, unseen.images).probabilities.argmax(axis=1)
    counts = np.zeros((CLASSES, CLASSES), int)
    np.add.at(counts, (unseen.labels, read), 1)
    with staged_file(weights) as partial:
        model.save_weights(partial)
    with staged_file(confusion) as partial:
        partial.write_text("true,read\n" + "".join(f"{true},{seen}\n" for true, seen in zip(unseen.labels, read, strict=True)))
    accuracy = float((read == unseen.labels).mean())
    write_json(history, {"data_set": digits.name, "confusion": {"true rows, read columns": counts.tolist()}, "epochs": rows})
    write_json(report, {"data_set": digits.name, "accuracy": accuracy, "sha256": file_hash(weights, "sha256")})
    print(f"classifier: reads {accuracy:.2%} of {len(unseen.labels)} test digits of {digits.name}")
    mirror_classifier(run, report, history)


def _fit(model: keras.Model, digits: Digits, held_out: Digits, settings: ClassifierSettings) -> list[dict[str, float]]:
    """Adam over one cycle of the learning rate (Smith and Topin 2017, arXiv:1708.07120); a row of history per epoch."""
    steps = max(1, len(digits.labels) // settings.batch_size)
    rise, total = steps * settings.epochs // 4, steps * settings.epochs
    schedule = keras.optimizers.schedules.CosineDecay(0.0, total - rise, warmup_target=settings.learning_rate, warmup_steps=rise)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(schedule), loss, metrics=["accuracy"], jit_compile=False)
    told = model.fit(
        _shifted_batches(digits, settings),
        epochs=settings.epochs,
        steps_per_epoch=steps,
        shuffle=False,
        validation_data=(to_float(held_out.images, 0), held_out.labels),
        validation_batch_size=500,
        verbose=2,
    )
    return [{"epoch": epoch + 1} | {name: values[epoch] for name, values in told.history.items()} for epoch in range(settings.epochs)]


def _shifted_batches(digits: Digits, settings: ClassifierSettings) -> tf.data.Dataset:
    def shifted() -> Iterator[tuple[np.ndarray, Bytes]]:
        random = np.random.default_rng(settings.seed)
        for images, labels in batches(digits, settings.batch_size, settings.seed):
            yield to_float(_shift(images, settings.shift_pixels, random), 0), labels

    shapes = (tf.TensorSpec((settings.batch_size, SIDE, SIDE, 1)), tf.TensorSpec((settings.batch_size,), tf.uint8))
    return batch_stream(shifted, shapes)


def _shift(images: Bytes, pixels: int, random: np.random.Generator) -> Bytes:
    """Each image moved by up to `pixels` in both directions."""
    padded = np.pad(images, ((0, 0), (pixels, pixels), (pixels, pixels)))
    offsets = random.integers(0, 2 * pixels + 1, (len(images), 2))
    return np.stack([image[top : top + SIDE, left : left + SIDE] for image, (top, left) in zip(padded, offsets, strict=True)])


if __name__ == "__main__":
    with one_line_errors():
        settings = load_settings()
        pin_runtime(settings.run.threads)
        with classifier_run(settings) as run:
            train, validation, test, weights, report, history, confusion = map(Path, sys.argv[1:])
            classifier(train, validation, test, weights, report, history, confusion, settings, run)
