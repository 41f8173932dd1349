"""A cell, which is a variant trained with a seed, and the files in its folder after training."""

from pathlib import Path
from typing import NamedTuple, Self

from pipeline.files.artifacts import file_hash

GENERATOR = "generator.weights.h5"  # of the averaged generator if there is one
DISCRIMINATOR = "discriminator.weights.h5"  # of the one that is trained, as the last step left it
HISTORY = "history.json"
EVIDENCE = "evidence.json"  # what the doctor's rules check
FIGURE = "figure.png"
SAMPLES = "samples.png"
SAMPLE_ARRAYS = "samples.npy"  # the images of every sample sheet, (epochs + 1, n, 28, 28) bytes


class Cell(NamedTuple):
    """A variant trained with a seed.

    Attributes:
        variant: A section under `gan:` in params.yaml.
        seed: An entry of `run.seeds`.

    >>> Cell("modern", 0).name
    'modern-0'
    >>> Cell.of("modern", "0")
    Cell(variant='modern', seed=0)
    """

    variant: str
    seed: int

    @classmethod
    def of(cls, variant: str, seed: str) -> Self:
        """Make a cell from two words of a command line."""
        return cls(variant, int(seed))

    @property
    def name(self) -> str:
        """The name of the cell's folders and of its tracked run, as in dvc.yaml: VARIANT-SEED."""
        return f"{self.variant}-{self.seed}"


def sheet_path(epoch: int) -> Path:
    """The path of an epoch's sample sheet within the cell's folder.

    >>> sheet_path(3).as_posix()
    'images/epoch-0003.png'
    """
    return Path("images") / f"epoch-{epoch:04d}.png"


def outputs_hash(files: list[Path]) -> str:
    """One hash for several files; equal hashes mean that two runs have the same result."""
    return "-".join(file_hash(path, "md5") for path in files)


def training_hash(gan: Path) -> str:
    """The hash that identifies the result of a training: of the generator's weights and the history, which follow from both networks."""
    return outputs_hash([gan / GENERATOR, gan / HISTORY])
