"""The trained cells that can be played with: finished, with the weights of both networks, and with the settings they were trained with."""

import math
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from pipeline.files.artifacts import file_hash
from pipeline.files.cells import DISCRIMINATOR, GENERATOR, HISTORY, Cell, History
from pipeline.files.errors import DataError
from pipeline.files.json_file import read_json
from pipeline.report.outputs import Leaderboard
from pipeline.settings.lock_file import MOST_BYTES, read_lock
from pipeline.settings.variants import VariantSettings
from pipeline.settings.yaml_file import read_yaml

LOCK = Path("dvc.lock")


class Trained(NamedTuple):
    """A cell whose training has finished."""

    cell: Cell
    gan: Path  # its folder
    data_set: str  # as the registry names it
    variant: VariantSettings  # that it was trained with, whatever params.yaml says now
    frechet_distance: float | None  # None: not compared yet


def trained_cells(artifacts: Path) -> list[Trained]:
    """The cells that can be played with, the lowest Fréchet distance first; a cell that is left out is named with the reason.

    Raises:
        DataError: There is none.
    """
    distances = _frechet_distances(artifacts / "leaderboard.json")
    found = []
    for path in sorted(artifacts.glob(f"gan/*/{HISTORY}")):
        history = read_json(path, History)
        cell = Cell(history["variant"], history["seed"])
        recorded = recorded_settings(f"train@{cell.name}", path.parent / GENERATOR)
        if reason := _unfit(path.parent, history["status"], recorded):
            print(f"{cell.name}: left out, {reason}", flush=True)
            continue
        try:
            variant = VariantSettings.model_validate(recorded[f"gan.{cell.variant}"])
        except ValidationError as error:
            setting = ".".join(map(str, error.errors()[0]["loc"]))
            print(f"{cell.name}: left out, an older version trained it, whose settings do not fit: {setting}; `dvc repro` trains it anew", flush=True)
            continue
        if variant.digits_per_image > 1:
            print(f"{cell.name}: left out, the page shows images of one digit", flush=True)
            continue
        found.append(Trained(cell, path.parent, history["data_set"], variant, distances.get(cell.name)))
    if not found:
        raise DataError(f"{artifacts / 'gan'}: expected a trained cell to play with, found none; `make run` trains some")
    return sorted(found, key=lambda trained: math.inf if trained.frechet_distance is None else trained.frechet_distance)


def recorded_settings(stage: str, output: Path) -> dict[str, Any]:
    """The settings with which a stage wrote an output, as dvc.lock has them; empty if it does not know the stage or these bytes."""
    recorded = read_lock(LOCK).get(output.as_posix())
    if recorded is None or recorded.stage != stage or not output.is_file() or recorded.md5 != file_hash(output, "md5"):
        return {}
    settings: dict[str, Any] = read_yaml(LOCK, MOST_BYTES)["stages"][stage]["params"]["params.yaml"]
    return settings


def _unfit(gan: Path, status: str, recorded: dict[str, Any]) -> str:
    """Why a cell cannot be played with; empty if it can."""
    if status != "finished":
        return f"its training {status}"
    missing = [name for name in (GENERATOR, DISCRIMINATOR) if not (gan / name).is_file()]
    if missing:
        return f"expected {missing[0]}, found none; `dvc repro` makes it"
    return "" if recorded else "dvc.lock does not say with which settings it was trained; `dvc repro` does"


def _frechet_distances(leaderboard: Path) -> dict[str, float | None]:
    rows = read_json(leaderboard, Leaderboard)["cells"] if leaderboard.is_file() else []
    return {Cell(row["variant"], row["seed"]).name: row["scores"]["frechet_distance"] for row in rows}
