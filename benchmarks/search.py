"""Try settings of a variant: train it with changes, score it against the validation split, and add the result to search.json.

    python -m benchmarks.search modern training_images=329472 conditioning=projection

Run by hand after `dvc repro classifier`, in the project's folder. It leaves the cells of params.yaml alone and never reads the test split.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from pipeline.runtime import pin_runtime

# isort: split
from benchmarks.publish.rows import images_seen
from benchmarks.tables import Row, count, duration
from pipeline.evaluation.files import SCORES
from pipeline.files.artifacts import write_json
from pipeline.files.cells import HISTORY, Cell
from pipeline.files.errors import SettingsError, one_line_errors
from pipeline.files.json_file import read_json
from pipeline.settings.params import Settings, load_settings
from pipeline.settings.yaml_file import Loader
from pipeline.stages import evaluate, reference, train
from pipeline.tracking.run import Run

TRIALS = Path("benchmarks/search.json")
TRAIN, VALIDATION = Path("artifacts/data/train.npz"), Path("artifacts/data/validation.npz")
CLASSIFIER, REPORT = Path("artifacts/classifier/classifier.weights.h5"), Path("artifacts/classifier/report.json")
SEED = 0
HEADING = (
    "| variant | changes | images seen | time | Fréchet distance / real reference | precision | recall "
    "| classifier score / real reference | class consistency |"
)


def search(settings: Settings, variant: str, changes: dict[str, Any]) -> Row:
    """Train a variant with changed settings, score its samples against the validation split, and leave no file behind.

    Args:
        settings: Those of params.yaml.
        variant: One of its variants.
        changes: New values of some of the variant's settings.

    Returns:
        The scores of the evaluation, with the changes, the real images seen, and the seconds of training.

    Raises:
        SettingsError: The variant or a changed setting is unknown, or a value is not allowed.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        trial = _changed(settings, variant, changes, folder / "params.yaml")
        seconds = _train_and_score(trial, Cell(variant, SEED), folder)
        seen = images_seen(trial, variant, len(read_json(folder / "gan" / HISTORY)["epochs"]))
        return read_json(folder / "evaluation" / SCORES) | {"changes": changes, "images_seen": seen, "seconds": seconds}


def _train_and_score(trial: Settings, cell: Cell, folder: Path) -> float:
    """Run three stages into `folder`, without tracking; returns the seconds of training."""
    gan, evaluation = folder / "gan", folder / "evaluation"
    features, real_reference, negative_controls, picture = (folder / name for name in ("features.npz", "real.json", "controls.json", "real.png"))
    of_reference = reference.Paths(TRAIN, VALIDATION, CLASSIFIER, REPORT, features, real_reference, negative_controls, picture)
    reference.reference(of_reference, trial)
    started = time.monotonic()
    train.train(train.Paths(TRAIN, VALIDATION, gan, gan.with_name(f"{gan.name}-checkpoints")), trial, cell, Run())
    seconds = round(time.monotonic() - started, 1)
    evaluate.evaluate(evaluate.Paths(gan, TRAIN, VALIDATION, CLASSIFIER, features, real_reference, evaluation, folder / "metrics.json"), trial, cell)
    return seconds


def _changed(settings: Settings, variant: str, changes: dict[str, Any], params: Path) -> Settings:
    """The settings with the changes, checked as params.yaml is."""
    if variant not in settings.gan:
        raise SettingsError(f"{variant}: expected a variant of params.yaml: {', '.join(settings.gan)}")
    content = settings.model_dump()
    content["gan"][variant] |= changes
    content["evaluate"]["split"] = "validation"
    params.write_text(yaml.safe_dump(content), encoding="utf-8")
    return load_settings(params)


def parse_change(text: str) -> tuple[str, Any]:
    """The name and the value of a change given as KEY=VALUE; the value is read as in params.yaml."""
    name, sign, value = text.partition("=")
    if not sign:
        raise SettingsError(f"{text}: expected KEY=VALUE, received no '='")
    try:
        return name, Loader(value, most_values=1).get_single_data()
    except yaml.YAMLError:
        raise SettingsError(f"{text}: expected KEY=VALUE with a value as in params.yaml, received something else") from None


def trial_row(row: Row) -> str:
    """One trial as a row of docs/search.md."""
    changes = ", ".join(f"{name} {value}" for name, value in row["changes"].items() if name != "training_images") or "as it is"
    scores, real = row["scores"], row["real_reference"]
    numbers = [
        _rounded(_ratio(scores["frechet_distance"], real["frechet_distance"]), 2),
        *(_rounded(scores[name], 3) for name in ("precision", "recall")),
        _rounded(_ratio(scores["classifier_score"], real["classifier_score"]), 3),
        _rounded(scores["class_consistency"], 3),
    ]
    cells = [f"`{row['variant']}`", changes, count(row["images_seen"]), duration(row["seconds"]), *numbers]
    return f"| {' | '.join(cells)} |"


def _ratio(value: float | None, real: float) -> float | None:
    return None if value is None else value / real


def _rounded(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:.{decimals}f}"


if __name__ == "__main__":
    variant, *assignments = sys.argv[1:]
    with one_line_errors():
        settings = load_settings()
        pin_runtime(settings.train.threads)
        row = search(settings, variant, dict(map(parse_change, assignments)))
        write_json(TRIALS, {"trials": [*read_json(TRIALS)["trials"], row]})
        print(trial_row(row))
