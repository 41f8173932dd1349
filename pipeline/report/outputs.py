"""The folders that the page is made from."""

from pathlib import Path
from typing import NamedTuple


class Outputs(NamedTuple):
    """What the stages `train`, `evaluate`, `diagnose` and `reference` wrote."""

    gans: Path
    evaluations: Path
    diagnoses: Path
    reference: Path
