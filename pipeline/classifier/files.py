"""What the stage `classifier` writes as JSON."""

from typing import Annotated

from pydantic import Field

from pipeline.files.json_file import Count, Number, Schema


class Report(Schema):
    """Which classifier it is, and how good; every score depends on it."""

    data_set: str
    accuracy: Annotated[float, Field(ge=0, le=1)]  # share of the test digits
    sha256: str  # of the weights


class ClassifierHistory(Schema):
    """The classifier's training, a row per epoch, and what it took the test digits for."""

    data_set: str
    confusion: dict[str, list[list[Count]]]
    epochs: list[dict[str, Number]]
