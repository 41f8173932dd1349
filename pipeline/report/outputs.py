"""The folders that the page is made from, and the leaderboard."""

from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field

from pipeline.evaluation.files import CellScores, NegativeControls, Scores
from pipeline.files.json_file import Number, Schema


class Outputs(NamedTuple):
    """What the stages `train`, `evaluate`, `diagnose` and `reference` wrote."""

    gans: Path
    evaluations: Path
    diagnoses: Path
    reference: Path


class VariantRow(Schema):
    """A variant over its seeds."""

    variant: str
    seeds: dict[str, list[int]]  # by how their training ended
    scores: dict[str, dict[str, Number]]
    verdict: str
    p: Number
    seeds_that_could_tell: int | None
    times_the_baseline: Number
    within_spread: bool | None


class Leaderboard(Schema):
    """leaderboard.json of the stage `compare`."""

    cells: Annotated[list[CellScores], Field(min_length=1)]
    variants: list[VariantRow]
    real_reference: Scores
    negative_controls: NegativeControls
    score: str
    baseline: str
    confidence: float
