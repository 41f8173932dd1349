"""Train the digit classifier in whose features samples are scored: reads the splits, writes weights and a report.

All scores depend on it, so its settings are frozen and the report carries the sha256 of its weights.
"""

import sys
from pathlib import Path

from pipeline.runtime import pin_runtime

# isort: split
import numpy as np

from pipeline.classifier.network import read_images
from pipeline.classifier.training import train_classifier
from pipeline.data.digits import CLASSES, load_digits
from pipeline.files.artifacts import file_hash, staged_file, write_json
from pipeline.files.errors import one_line_errors
from pipeline.settings.params import Settings, load_settings
from pipeline.tracking.mirror import classifier_run, mirror_classifier
from pipeline.tracking.run import Run


def classifier(
    train: Path, validation: Path, test: Path, weights: Path, report: Path, history: Path, confusion: Path, settings: Settings, run: Run
) -> None:
    """Train on `train`, watch `validation`, judge once on `test`."""
    digits, held_out, unseen = load_digits(train), load_digits(validation), load_digits(test)
    model, rows = train_classifier(digits, held_out, settings.classifier)
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


if __name__ == "__main__":
    with one_line_errors():
        settings = load_settings()
        pin_runtime(settings.run.threads)
        with classifier_run(settings) as run:
            train, validation, test, weights, report, history, confusion = map(Path, sys.argv[1:])
            classifier(train, validation, test, weights, report, history, confusion, settings, run)
