"""A cell, which is a variant trained with a seed, and the files in its folder after training."""

from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field

from pipeline.files.arrays import Expected, read_array
from pipeline.files.artifacts import file_hash
from pipeline.files.errors import DataError
from pipeline.files.json_file import Count, Number, Schema
from pipeline.files.reading import MAKE_AGAIN

GENERATOR = "generator.weights.h5"  # of the averaged generator if there is one
DISCRIMINATOR = "discriminator.weights.h5"  # of the one that is trained, as the last step left it
HISTORY = "history.json"
EVIDENCE = "evidence.json"  # what the doctor's rules check
FIGURE = "figure.png"
SAMPLES = "samples.png"
SAMPLE_ARRAYS = "samples.npy"  # the images of every sample sheet, (epochs + 1, n, 28, 28) bytes, or (epochs + 1, n, 28, 28, 3)


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


Status = Literal["finished", "diverged", "stopped"]


class Losses(Schema):
    """The losses of an epoch, and what else its steps measured."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Number]

    epoch: Count
    d_loss: Number
    g_loss: Number


class History(Schema):
    """HISTORY: how a training went and how it ended."""

    data_set: str
    variant: str
    seed: Count
    status: Status
    stopped_by: str | None = None  # the finding that ended it; left out if none did
    newest_finite_checkpoint: Count | None = None  # whole epochs that it has, null if there is none; left out unless the training diverged
    epochs: Annotated[list[Losses], Field(min_length=1)]


class Evidence(Schema):
    """EVIDENCE: what the doctor measured before training and after each epoch."""

    before: dict[str, dict[str, Any]]
    epochs: list[dict[str, Any]]


def read_sheets(cell: Path, mapped: bool = False) -> NDArray[np.uint8]:
    """The sample sheets of a cell, as SAMPLE_ARRAYS has them, read as `read_array` does."""
    sheets = read_array(cell / SAMPLE_ARRAYS, Expected("|u1", (None, None, 28, 28), (None, None, 28, 28, 3)), mapped)
    if not sheets.size:
        raise DataError(f"{cell / SAMPLE_ARRAYS}: expected a sample sheet or more, received none; {MAKE_AGAIN}")
    return sheets


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
