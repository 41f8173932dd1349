"""Where the report's contents lie."""

from pathlib import Path
from typing import NamedTuple


class Outputs(NamedTuple):
    """Folders of what the stages made."""

    gans: Path
    evaluations: Path
    diagnoses: Path
    reference: Path
