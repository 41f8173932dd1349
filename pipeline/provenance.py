"""What a run's results come from: the settings, the data, the code; and where it was started."""

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from pipeline.files.artifacts import file_hash
from pipeline.settings.params import Settings, read_yaml

DVC_FILE = Path("dvc.yaml")
TRAIN_SPLIT = Path("artifacts/data/train.npz")
CELL_STAGES = ("classifier", "reference", "train", "evaluate")


def cell_settings(settings: Settings, variant: str, seed: int) -> dict[str, Any]:
    """Everything set that a cell's results depend on, flat, with the same names for every variant."""
    sections = settings.model_dump(include={"preprocess", "classifier", "train", "evaluate"})
    sections |= {"gan": settings.gan[variant].model_dump(), "run": {"threads": settings.run.threads}}
    flat = {f"{section}.{name}": value for section, values in sections.items() for name, value in values.items()}
    return {"variant": variant, "seed": seed, "source": settings.download.source} | flat


def cell_key(settings: Settings, variant: str, seed: int) -> str:
    """sha256 over a cell's settings of training and evaluation and the hashes of its data and code: the name of its results."""
    return _key(cell_settings(settings, variant, seed), CELL_STAGES)


def training_key(settings: Settings, variant: str, seed: int) -> str:
    """The same of its training alone: cells that are only evaluated anew keep it."""
    whole = cell_settings(settings, variant, seed)
    own = {name: value for name, value in whole.items() if name.split(".")[0] in ("variant", "seed", "source", "preprocess", "train", "gan")}
    return _key(own, ("train",))


def classifier_settings(settings: Settings) -> dict[str, Any]:
    """Everything set that the classifier depends on, flat."""
    flat = {f"classifier.{name}": value for name, value in settings.classifier.model_dump().items()}
    validation = {"preprocess.validation_every": settings.preprocess.validation_every}
    return {"source": settings.download.source, "run.threads": settings.run.threads} | validation | flat


def classifier_key(settings: Settings) -> str:
    """The same for the classifier."""
    return _key(classifier_settings(settings), ("classifier",))


def _key(flat_settings: dict[str, Any], stages: tuple[str, ...]) -> str:
    files = {str(path): file_hash(path, "md5") for path in _source_files(stages)}
    return hashlib.sha256(json.dumps([flat_settings, files], sort_keys=True).encode()).hexdigest()


def _source_files(stages: tuple[str, ...]) -> list[Path]:
    """The data, and the code that `stages` depend on; what one of them makes for another follows from these."""
    declared = read_yaml(DVC_FILE)["stages"]
    code = {path for stage in stages for path in declared[stage]["deps"] if path.startswith("pipeline/")}
    return [Path(path) for path in [*sorted(code), *declared["preprocess"]["outs"]]]


def origin() -> dict[str, str]:
    """Git commit and dirtiness (of what is not an output), DVC stage and experiment; a part that is not known is left out."""
    sources = ("--", ".", ":!dvc.lock", ":!artifacts")
    known = {
        "mlflow.source.git.commit": _git("rev-parse", "HEAD"),
        "git.dirty": {None: None, "": "false"}.get(_git("status", "--porcelain", *sources), "true"),
        "dvc.stage": os.environ.get("DVC_STAGE"),
        "dvc.experiment": os.environ.get("DVC_EXP_NAME"),
    }
    return {name: value for name, value in known.items() if value}


def _git(*arguments: str) -> str | None:
    try:
        return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
