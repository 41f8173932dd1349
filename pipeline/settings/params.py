"""params.yaml as strict typed settings: every key must be there, known, of its type and in its range.

This module accepts or refuses values and computes nothing: what a stage does follows from the values, and DVC tracks those itself.
`python -m pipeline.settings.params` checks the file.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from pipeline.data.datasets import find_data_set
from pipeline.files.errors import DataError, SettingsError, nearest_known, one_line_errors
from pipeline.settings.variants import Count, Positive, Section, VariantSettings
from pipeline.settings.yaml_file import read_yaml

PARAMS = Path("params.yaml")

Seed = Annotated[int, Field(ge=0, lt=2**31)]
VariantName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]  # part of paths and of DVC's stage names


class RunSettings(Section):
    variants: Annotated[list[str], Field(min_length=1)]
    seeds: Annotated[list[Seed], Field(min_length=1)]
    threads: Count
    checkpoint_epochs: Count


class TrackingSettings(Section):
    budget_seconds: Positive


class DownloadSettings(Section):
    source: str
    connect_timeout_seconds: Positive
    read_timeout_seconds: Positive
    attempts: Count

    @model_validator(mode="after")
    def _source_is_known(self) -> Self:
        try:
            find_data_set(self.source)
        except DataError as error:
            raise ValueError(f"source: {error}") from None
        return self


class PreprocessSettings(Section):
    validation_every: Annotated[int, Field(ge=2)]


class ClassifierSettings(Section):
    seed: Seed
    epochs: Count
    minimum_steps: Count
    batch_size: Count
    learning_rate: Positive
    width: Count
    shift_pixels: Annotated[int, Field(ge=0, le=8)]


class TrainSettings(Section):
    threads: Count
    epoch_images: Count
    sheet_rows: Count
    stop_on: Literal["never", "error"]


class EvaluateSettings(Section):
    split: Literal["validation", "test"]
    samples: Annotated[int, Field(ge=2)]
    neighbours: Count
    seed: Seed
    subsets: Annotated[int, Field(ge=2)]
    minimum_accuracy: Annotated[float, Field(ge=0, le=1)]
    curve_points: Annotated[int, Field(ge=2)]
    train_on_samples: bool


class CompareSettings(Section):
    baseline: str
    confidence: Annotated[float, Field(gt=0, lt=1)]


class Settings(Section):
    run: RunSettings
    tracking: TrackingSettings
    download: DownloadSettings
    preprocess: PreprocessSettings
    classifier: ClassifierSettings
    train: TrainSettings
    evaluate: EvaluateSettings
    compare: CompareSettings
    gan: dict[VariantName, VariantSettings]

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        named = {f"run.variants.{index}": variant for index, variant in enumerate(self.run.variants)}
        for key, variant in (named | {"compare.baseline": self.compare.baseline}).items():
            if variant not in self.gan:
                raise ValueError(f"{key}: expected a section under gan:, received {variant!r}{nearest_known(variant, self.gan)}")
        for name, listed in (("variants", self.run.variants), ("seeds", self.run.seeds)):
            if len(set(listed)) != len(listed):
                raise ValueError(f"run.{name}: expected each entry once, received {listed}")
        for name, gan in self.gan.items():
            self._check_budget(name, gan)
        return self

    def _check_budget(self, name: str, gan: VariantSettings) -> None:
        epoch = self.train.epoch_images
        if gan.batch_size * gan.critic_steps > epoch:
            step = f"{gan.batch_size} x critic_steps {gan.critic_steps}"
            raise ValueError(f"gan.{name}.batch_size: expected at most train.epoch_images ({epoch}) in one step, received {step}")
        if gan.training_images % epoch:
            nearest = max(1, round(gan.training_images / epoch)) * epoch
            raise ValueError(
                f"gan.{name}.training_images: expected a multiple of train.epoch_images ({epoch}), "
                f"received {gan.training_images}; the nearest is {nearest}"
            )


def load_settings(path: Path = PARAMS) -> Settings:
    """Read and check params.yaml.

    Args:
        path: The file; by default params.yaml of the current folder.

    Returns:
        The settings, one attribute per section.

    Raises:
        SettingsError: A key is missing, unknown or has a wrong value; one line names the first such key, what was expected and what came.

    >>> settings = load_settings()
    >>> settings.gan["answer"].objective
    'non_saturating'
    """
    content = read_yaml(path)
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        # A misspelt key gives two errors, an unknown key and a missing one; the unknown key says more.
        first = min(error.errors(), key=lambda detail: detail["type"] != "extra_forbidden")
        raise SettingsError(f"{path}: {_describe(first)}") from None


def _describe(error: ErrorDetails) -> str:
    key = ".".join(str(part) for part in error["loc"])
    received = error["input"]
    match error["type"]:
        case "value_error":
            return f"{key}.{error['ctx']['error']}".removeprefix(".")
        case "extra_forbidden":
            return f"{key}: expected a known key, received an unknown one{nearest_known(str(error['loc'][-1]), _known_keys(error['loc']))}"
        case "string_pattern_mismatch":
            return f"{key.removesuffix('.[key]')}: expected a name of small letters, digits and _, received {received!r}"
        case "missing":
            return f"{key}: expected a value, the key is missing"
        case _:
            expected = error["msg"].removeprefix("Input should be ")
            return f"{key}: expected {expected}, received {received!r}"


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    """List the keys that are allowed at `location`: at the top of the file, in one of its sections, or in a variant."""
    if len(location) == 1:
        return list(Settings.model_fields)
    if location[0] == "gan":
        return list(VariantSettings.model_fields)
    section: type[Section] = Settings.__annotations__[str(location[0])]
    return list(section.model_fields)


if __name__ == "__main__":
    with one_line_errors():
        load_settings()
