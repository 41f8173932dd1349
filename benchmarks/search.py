"""Try settings of a variant: train it with changes, score it against the validation split, keep what came out in search.json.

    python -m benchmarks.search modern training_images=329472 conditioning=projection

Run by hand, after `dvc repro classifier`; it touches neither the cells of params.yaml nor the test split.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from pipeline.runtime import pin_runtime

# isort: split
from benchmarks.publish import images_seen
from benchmarks.tables import Row, duration
from pipeline.files.artifacts import read_json, write_json
from pipeline.files.cells import HISTORY
from pipeline.files.errors import SettingsError, one_line_errors
from pipeline.settings.params import Loader, Settings, load_settings
from pipeline.stages.evaluate import evaluate
from pipeline.stages.reference import reference
from pipeline.stages.train import train
from pipeline.tracking.run import Run

TRIALS = Path("benchmarks/search.json")
DATA, CLASSIFIER = Path("artifacts/data"), Path("artifacts/classifier")
SEED = 0
HEADING = "| variant | changes | images seen | time | Fréchet / floor | precision | recall | classifier score / real | digit as asked |"


def search(settings: Settings, variant: str, changes: dict[str, Any]) -> Row:
    """Train `variant` with `changes`; its changes, images, seconds and scores."""
    weights, report = CLASSIFIER / "classifier.weights.h5", CLASSIFIER / "report.json"
    with tempfile.TemporaryDirectory() as name:
        trial = _changed(settings, variant, changes, Path(name) / "params.yaml")
        cell, features, floors, metrics = (Path(name) / part for part in ("cell", "features.npz", "floors.json", "metrics.json"))
        reference(DATA / "train.npz", DATA / "validation.npz", weights, report, features, floors, trial)
        started = time.monotonic()
        train(DATA / "train.npz", DATA / "validation.npz", cell, trial, variant, SEED, Run())
        seconds = round(time.monotonic() - started, 1)
        evaluate(cell, weights, features, floors, metrics, trial, variant, SEED, Run())
        seen = images_seen(trial, variant, len(read_json(cell / HISTORY)["epochs"]))
        return {"changes": changes, "images_seen": seen, "seconds": seconds} | read_json(metrics)


def _changed(settings: Settings, variant: str, changes: dict[str, Any], params: Path) -> Settings:
    """The settings with the changes, checked as params.yaml is."""
    if variant not in settings.gan:
        raise SettingsError(f"{variant}: expected a variant of params.yaml: {', '.join(settings.gan)}")
    content = settings.model_dump()
    content["gan"][variant] |= changes
    content["evaluate"]["split"] = "validation"
    params.write_text(yaml.safe_dump(content), encoding="utf-8")
    return load_settings(params)


def _assignment(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign:
        raise SettingsError(f"{text}: expected KEY=VALUE, received no '='")
    return name, yaml.load(value, Loader)


def trial_row(row: Row) -> str:
    """One trial as a row of docs/search.md."""
    changes = ", ".join(f"{name} {value}" for name, value in row["changes"].items() if name != "training_images") or "as it is"
    consistency = "" if row["class_consistency"] is None else f"{row['class_consistency']:.3f}"
    ratios = [f"{row[name] / row[f'{name}_real']:.{decimals}f}" for name, decimals in (("frechet_distance", 2), ("classifier_score", 3))]
    images = f"{row['images_seen']:,}".replace(",", " ")
    cells = [f"`{row['variant']}`", changes, images, duration(row["seconds"]), ratios[0], f"{row['precision']:.3f}", f"{row['recall']:.3f}"]
    return f"| {' | '.join([*cells, ratios[1], consistency])} |"


if __name__ == "__main__":
    variant, *assignments = sys.argv[1:]
    with one_line_errors():
        settings = load_settings()
        pin_runtime(settings.train.threads)
        row = search(settings, variant, dict(map(_assignment, assignments)))
        write_json(TRIALS, {"trials": [*read_json(TRIALS)["trials"], row]})
        print(trial_row(row))
