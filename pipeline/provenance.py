"""What a run's results come from: the settings and the data, which identify it, and the code.

A run is found by its key, a hash of training settings and data, and confirmed by the hashes of its outputs. The code is not part of the key: an edit
that changes no byte of the outputs makes no other run.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline.files.artifacts import file_hash
from pipeline.files.cells import Cell
from pipeline.files.checkpoints import checkpoint_folder
from pipeline.settings.params import Settings
from pipeline.settings.yaml_file import read_yaml

DVC_FILE = Path("dvc.yaml")
WITHOUT_EFFECT = ("stop_on",)  # if it ends a training, the outputs differ, and with them their hashes
USUAL = {"run.strategy": "single"}  # in no key: runs and published rows that are older than the setting keep theirs


def cell_settings(settings: Settings, cell: Cell) -> dict[str, Any]:
    """Everything set that a cell's results depend on, flat, with the same names for every variant."""
    sections = settings.model_dump(include={"preprocess", "classifier", "train", "evaluate"})
    sections |= {"gan": settings.gan[cell.variant].model_dump(), "run": {"threads": settings.run.threads, "strategy": settings.run.strategy}}
    flat = {f"{section}.{name}": value for section, values in sections.items() for name, value in values.items() if name not in WITHOUT_EFFECT}
    return {"variant": cell.variant, "seed": cell.seed, "source": settings.download.source} | flat


def training_key(settings: Settings, cell: Cell) -> str:
    """sha256 over the settings that a cell's training depends on and the hashes of its data: by this a run is found.

    Settings of the evaluation are not part of it: what they change shows in the scores, whose hash confirms the run.
    """
    return _key(_training_settings(settings, cell))


def variant_key(settings: Settings, variant: str) -> str:
    """The same without the seed: by this the run of a variant, the parent of its cells, is found."""
    flat = _training_settings(settings, Cell(variant, 0))
    return _key({name: value for name, value in flat.items() if name != "seed"})


def _training_settings(settings: Settings, cell: Cell) -> dict[str, Any]:
    sections = ("variant", "seed", "source", "preprocess", "train", "gan")
    return {name: value for name, value in cell_settings(settings, cell).items() if name.split(".")[0] in sections or name == "run.strategy"}


def cell_key(settings: Settings, cell: Cell) -> str:
    """sha256 over all of a cell's settings and the hashes of its data: by this a published row belongs to params.yaml."""
    return _key(cell_settings(settings, cell))


def classifier_settings(settings: Settings) -> dict[str, Any]:
    """Everything set that the classifier depends on, flat."""
    flat = {f"classifier.{name}": value for name, value in settings.classifier.model_dump().items()}
    validation = {"preprocess.validation_every": settings.preprocess.validation_every}
    return {"source": settings.download.source, "run.threads": settings.run.threads} | validation | flat


def classifier_key(settings: Settings) -> str:
    """The same for the classifier."""
    return _key(classifier_settings(settings))


def _key(flat_settings: dict[str, Any]) -> str:
    splits = {path: split_hash(Path(path)) for path in _declared()["preprocess"]["outs"]}
    return _sha256([{name: value for name, value in flat_settings.items() if USUAL.get(name) != value}, splits])


def split_hash(path: Path) -> str:
    """The md5 of a split; computed once as long as the file stays as it is, because a comparison asks for it a thousand times."""
    return _known_hash(path, *_state(path))


@lru_cache(maxsize=16)
def _known_hash(path: Path, *_: Path | int) -> str:
    return file_hash(path, "md5")


def _declared() -> dict[str, Any]:
    """The stages of dvc.yaml."""
    return _known_stages(DVC_FILE, *_state(DVC_FILE))


@lru_cache(maxsize=16)
def _known_stages(path: Path, *_: Path | int) -> dict[str, Any]:
    stages: dict[str, Any] = read_yaml(path)["stages"]
    return stages


def _state(path: Path) -> tuple[Path | int, ...]:
    """What changes when a file does; nothing of a file that is missing, which its reader says."""
    if not path.exists():
        return ()
    status = path.stat()
    return path.resolve(), status.st_ino, status.st_size, status.st_mtime_ns


def cell_checkpoints(settings: Settings, cell: Cell, *splits: Path) -> Path:
    """The folder of the checkpoints of a cell's training on these splits."""
    facts = {"cell": cell.name, "gan": settings.gan[cell.variant].model_dump(), "train": settings.train.model_dump()}
    facts |= {"strategy": settings.run.strategy}
    return checkpoint_folder(_training_hash(facts, splits, "train", "diagnose"))  # the doctor's rules may end a training


def classifier_checkpoints(settings: Settings, *splits: Path) -> Path:
    """The same for the classifier."""
    facts = {"classifier": settings.classifier.model_dump(), "threads": settings.run.threads}
    return checkpoint_folder(_training_hash(facts, splits, "classifier"))


def trial_origin(*files: Path) -> list[Any]:
    """What all trials of a repair come from: these files, the code of training and scoring, and the libraries."""
    return _origin(files, "train", "evaluate")


def trial_key(facts: dict[str, Any], origin: list[Any]) -> str:
    """sha256 over all that a trial's bytes depend on: what is trained and how it is scored, and what all trials come from."""
    return _sha256([facts, *origin])


def _training_hash(facts: dict[str, Any], splits: Sequence[Path], *stages: str) -> str:
    """sha256 over all that a training's bytes depend on: a checkpoint of another training is never picked up."""
    return _sha256([facts, *_origin(splits, *stages)])


def _origin(files: Sequence[Path], *stages: str) -> list[Any]:
    libraries = {name: version(name) for name in ("keras", "numpy", "tensorflow")}
    return [[file_hash(path, "md5") for path in files], code_hash(*stages), libraries]


def code_hash(*stages: str) -> str:
    """sha256 over the code that dvc.yaml names for these stages."""
    files = {file for path in map(Path, code_paths(*stages)) for file in ([path] if path.is_file() else path.rglob("*.py"))}
    return _sha256({file.as_posix(): file_hash(file, "md5") for file in sorted(files)})


def code_paths(*stages: str) -> list[str]:
    """The files and folders of code that dvc.yaml names for these stages, for all if none is given."""
    declared = _declared()
    return sorted({path for stage in stages or declared for path in declared[stage]["deps"] if path.startswith("pipeline/")})


def _sha256(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
