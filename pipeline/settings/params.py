"""params.yaml as strict typed settings: every key must be there, known, of its type and in its range.

This module accepts or refuses values and computes nothing: what a stage does follows from the values, and DVC tracks those itself.
`python -m pipeline.settings.params` checks the file.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from pipeline.data.datasets import find_data_set
from pipeline.files.errors import DataError, SettingsError, nearest_known, one_line_errors
from pipeline.files.shown import shown
from pipeline.settings.messages import describe
from pipeline.settings.repair import RepairSettings
from pipeline.settings.sweep import SweepSettings
from pipeline.settings.variants import MOST_VALUES, Batch, Count, Rate, Seconds, Section, Threads, VariantSettings
from pipeline.settings.yaml_file import read_yaml

PARAMS = Path("params.yaml")

LONGEST_NAME = 64  # characters of a variant's name
Seed = Annotated[int, Field(ge=0, lt=2**31)]
VariantName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=LONGEST_NAME)]  # part of paths and of DVC's stage names
MOST_LISTED = 1000  # variants, or seeds
MOST_CELLS = 3000  # a variant with a seed each; DVC makes three stages of each, and their record in dvc.lock stays readable
MOST_EPOCHS = 100_000


def _limited(entries: Any) -> Any:
    """Refuse a list or a section with more entries than are read one by one."""
    if isinstance(entries, list | dict) and len(entries) > MOST_LISTED:
        raise ValueError(f"expected at most {MOST_LISTED} entries, received {len(entries)}")
    return entries


Limited = BeforeValidator(_limited)


class RunSettings(Section):
    variants: Annotated[list[str], Field(min_length=1), Limited]
    seeds: Annotated[list[Seed], Field(min_length=1), Limited]
    threads: Threads
    checkpoint_epochs: Count
    strategy: Literal["single", "mirrored"]


class TrackingSettings(Section):
    budget_seconds: Seconds


class DownloadSettings(Section):
    source: str
    connect_timeout_seconds: Seconds
    read_timeout_seconds: Seconds
    file_deadline_seconds: Seconds
    attempts: Annotated[int, Field(ge=1, le=100)]

    @model_validator(mode="after")
    def _source_is_known(self) -> Self:
        try:
            find_data_set(self.source)
        except DataError as error:
            raise ValueError(f"source: {error}") from None
        return self


class PreprocessSettings(Section):
    validation_every: Annotated[int, Field(ge=2, le=1_000_000)]


class ClassifierSettings(Section):
    seed: Seed
    epochs: Annotated[int, Field(ge=1, le=MOST_EPOCHS)]
    minimum_steps: Annotated[int, Field(ge=1, le=10_000_000)]
    batch_size: Batch
    learning_rate: Rate
    width: Annotated[int, Field(ge=1, le=512)]
    shift_pixels: Annotated[int, Field(ge=0, le=8)]

    @model_validator(mode="after")
    def _fits_in_memory(self) -> Self:
        if (values := self.batch_size * self.width * 28 * 28) > MOST_VALUES:
            raise ValueError(
                f"width: expected at most {MOST_VALUES} values in the first layer, received {values} of batch_size {self.batch_size}; lower one"
            )
        return self


class TrainSettings(Section):
    threads: Threads
    epoch_images: Annotated[int, Field(ge=1, le=10_000_000)]
    sheet_rows: Annotated[int, Field(ge=1, le=1000)]
    stop_on: Literal["never", "error"]


class EvaluateSettings(Section):
    split: Literal["validation", "test"]
    samples: Annotated[int, Field(ge=2, le=1_000_000)]
    neighbours: Annotated[int, Field(ge=1, le=1000)]
    seed: Seed
    subsets: Annotated[int, Field(ge=2, le=1000)]
    minimum_accuracy: Annotated[float, Field(ge=0, le=1)]
    curve_points: Annotated[int, Field(ge=2, le=10_000)]
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
    sweep: SweepSettings
    repair: RepairSettings
    gan: Annotated[dict[VariantName, VariantSettings], Limited]

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        named = {f"run.variants.{index}": variant for index, variant in enumerate(self.run.variants)}
        for key, variant in (named | {"compare.baseline": self.compare.baseline}).items():
            if variant not in self.gan:
                raise ValueError(f"{key}: expected a section under gan:, received {shown(variant)}{nearest_known(variant, self.gan)}")
        for name, listed in (("variants", self.run.variants), ("seeds", self.run.seeds)):
            if len(set(listed)) != len(listed):
                raise ValueError(f"run.{name}: expected each entry once, received {shown(listed)}")
        if (cells := len(self.run.variants) * len(self.run.seeds)) > MOST_CELLS:
            raise ValueError(f"run: expected at most {MOST_CELLS} cells, a variant with a seed each, received {cells}")
        for name, gan in self.gan.items():
            self._check_budget(name, gan)
            if (latents := self.evaluate.samples * gan.latent_size) > MOST_VALUES:
                raise ValueError(f"gan.{name}.latent_size: expected at most {MOST_VALUES} values of evaluate.samples latents, received {latents}")
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
        if gan.training_images > MOST_EPOCHS * epoch:
            raise ValueError(
                f"gan.{name}.training_images: expected at most {MOST_EPOCHS} epochs of train.epoch_images ({epoch}), received {gan.training_images}"
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
    return settings_of(read_yaml(path), path)


def settings_of(content: Any, path: Path) -> Settings:
    """Check the content of a file of settings.

    Raises:
        SettingsError: as in `load_settings`.
    """
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        # A misspelt key gives two errors, an unknown key and a missing one; the unknown key says more.
        first = min(error.errors(), key=lambda detail: detail["type"] != "extra_forbidden")
        raise SettingsError(f"{path}: {describe(first, lambda: _known_keys(first['loc']))}") from None


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
