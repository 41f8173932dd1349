"""Score one cell: reads its generator, the classifier and the reference, writes metrics.json.

A cell that diverged is a row that says so, with no scores.
"""

import sys
from pathlib import Path
from typing import Any

from pipeline.runtime import pin_runtime

# isort: split
import numpy as np

from pipeline.artifacts import read_json, write_json
from pipeline.cells import GENERATOR, HISTORY
from pipeline.data import CLASSES, Bytes, to_bytes
from pipeline.errors import DataError, one_line_errors
from pipeline.features import load_classifier, read_images
from pipeline.gan.base import draw_latents, generator_inputs, image_low
from pipeline.gan.networks.build import build_generator, is_conditional
from pipeline.params import Settings, load_settings
from pipeline.scores import SCORES, score_samples
from pipeline.tracking.mirror import evaluation_run, mirror_evaluation
from pipeline.tracking.run import Run
from pipeline.variants import VariantSettings

EVALUATION_LATENTS = -2  # a stream of its own beside those of training


def evaluate(cell: Path, weights: Path, features: Path, floors: Path, metrics: Path, settings: Settings, variant: str, seed: int, run: Run) -> None:
    """Score the generator in the folder `cell`; write `metrics`."""
    history, real = read_json(cell / HISTORY), read_json(floors)
    if history["data_set"] != real["data_set"]:
        raise DataError(f"{cell}: expected a GAN of {real['data_set']}, received one of {history['data_set']}; run `dvc repro`")
    scores: dict[str, Any] = dict.fromkeys(SCORES)
    if history["status"] == "finished":
        gan = settings.gan[variant]
        labels = np.arange(real["samples"], dtype=np.int32) % CLASSES
        reading = read_images(load_classifier(weights, settings.classifier.width), _draw(cell, gan, labels, settings.evaluate.seed))
        with np.load(features) as reference:
            held_against = reference["features"], reference["frequencies"]
        scores = score_samples(reading, labels if is_conditional(gan) else None, *held_against, settings.evaluate.neighbours)
    first, last = history["epochs"][0], history["epochs"][-1]
    losses = {f"{name}_{when}": row[name] for name in ("d_loss", "g_loss") for when, row in (("first", first), ("last", last))}
    about = {"variant": variant, "seed": seed, "status": history["status"]}
    write_json(metrics, about | losses | scores | real)
    mirror_evaluation(run, metrics)


def _draw(cell: Path, variant: VariantSettings, labels: np.ndarray, seed: int) -> Bytes:
    """One image per label, (n, 28, 28)."""
    generator = build_generator(variant)
    generator.load_weights(cell / GENERATOR)
    latents = draw_latents(variant, len(labels), seed, EVALUATION_LATENTS).numpy()
    return to_bytes(generator.predict(generator_inputs(variant, latents, labels), batch_size=500, verbose=0), image_low(variant))


if __name__ == "__main__":
    with one_line_errors():
        variant, seed, *paths = sys.argv[1:]
        cell, weights, features, floors, metrics = map(Path, paths)
        settings = load_settings()
        pin_runtime(settings.run.threads)
        with evaluation_run(settings, variant, int(seed), cell) as run:
            evaluate(cell, weights, features, floors, metrics, settings, variant, int(seed), run)
