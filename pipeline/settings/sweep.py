"""The settings of a sweep: which trials it consists of, and where its cells run. They change no result, so no stage depends on them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.settings.variants import Section, Threads

Number = int | float


class RangeSettings(Section):
    """From where a random search draws a setting."""

    low: Number
    high: Number
    scale: Literal["linear", "log"]

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"high: expected more than low ({self.low}), received {self.high}")
        if self.scale == "log" and self.low <= 0:
            raise ValueError(f"low: expected more than 0 on a log scale, received {self.low}")
        return self


Word = Annotated[str, Field(max_length=64)]
Values = Annotated[list[bool | int | float | Word], Field(min_length=1, max_length=1000)]


class SweepSettings(Section):
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=64)]
    base: str
    search: Literal["grid", "random"]
    trials: Annotated[int, Field(ge=1, le=1000)]
    seed: Annotated[int, Field(ge=0, lt=2**31)]
    values: Annotated[dict[str, Values | RangeSettings], Field(min_length=1, max_length=100)]
    address: Annotated[str, Field(pattern=r"^(local|\S+:[0-9]{1,5})$")]
    folder: Annotated[str, Field(pattern=r"^[~/][^\x00-\x1f]*$", max_length=255)]
    cores: Threads
    gpus: Annotated[float, Field(ge=0, le=64)]
    retries: Annotated[int, Field(ge=0, le=1000)]
