"""What lies in the folder of a cell, a variant trained with a seed."""

from pathlib import Path

GENERATOR = "generator.weights.h5"  # of the averaged generator where there is one
HISTORY = "history.json"
EVIDENCE = "evidence.json"  # what the doctor judges
FIGURE = "figure.png"
SAMPLES = "samples.png"


def cell_name(variant: str, seed: int) -> str:
    """The name of the cell's folders and of its tracked run, as dvc.yaml spells it."""
    return f"{variant}-{seed}"


def sheet_path(epoch: int) -> Path:
    """The sample sheet of an epoch, within the cell's folder."""
    return Path("images") / f"epoch-{epoch:04d}.png"
