"""A stage's inputs are checked before they are used: they must be the bytes that dvc.lock records."""

from pathlib import Path


def check_inputs(*paths: Path) -> None:
    """Raise `DataError` if a file or folder is not what the stage that made it wrote."""
