"""The settings of a repair. They change no result of a stage, so no stage depends on them."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from pipeline.settings.variants import Count, Fraction, Images, Section


class RepairSettings(Section):
    seeds: Annotated[list[Annotated[int, Field(ge=0, lt=2**31)]], Field(min_length=2, max_length=100)]
    trial_share: Fraction
    budget_images: Images
    networks: bool
    longer: Count

    @model_validator(mode="after")
    def _each_seed_once(self) -> Self:
        if len(set(self.seeds)) != len(self.seeds):
            raise ValueError(f"seeds: expected each seed once, received {self.seeds}")
        return self
