"""params.yaml as strict typed settings: every key is there, known, of its type and in its range, or nothing runs.

It accepts or refuses and computes nothing: what a stage does follows from the values, which DVC tracks by itself.
`python -m pipeline.settings.params` checks the file.
"""

import difflib
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from pipeline.files.errors import SettingsError, one_line_errors
from pipeline.settings.variants import Count, Positive, Section, VariantSettings

PARAMS = Path("params.yaml")

Seed = Annotated[int, Field(ge=0, lt=2**31)]
VariantName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]  # it becomes part of paths and of DVC's stage names


class Loader(yaml.SafeLoader):
    """PyYAML takes 1e-4 for text; DVC, by YAML 1.2, takes it for a number, and so do people."""


Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789"))


class RunSettings(Section):
    variants: Annotated[list[str], Field(min_length=1)]
    seeds: Annotated[list[Seed], Field(min_length=1)]
    threads: Count


class DownloadSettings(Section):
    source: Literal["mnist", "digits"]
    mirrors: Annotated[list[str], Field(min_length=1)]
    connect_timeout_seconds: Positive
    read_timeout_seconds: Positive
    attempts: Count


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
                raise ValueError(f"{key}: expected a section under gan:, received {variant!r}{_nearest(variant, self.gan)}")
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
    """Read and check params.yaml; a `SettingsError` names the first wrong key, what was expected and what came."""
    content = read_yaml(path)
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        # A key that was misspelt is both unknown and missing: the first says more.
        first = min(error.errors(), key=lambda detail: detail["type"] != "extra_forbidden")
        raise SettingsError(f"{path}: {_describe(first)}") from None


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file; run in the project's folder") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise SettingsError(f"{path}: expected YAML, received something else ({reason})") from None
    if not isinstance(content, dict):
        found = "an empty file" if content is None else type(content).__name__
        raise SettingsError(f"{path}: expected sections such as run: and gan:, received {found}; `git checkout {path}` brings it back")
    return content


def _describe(error: ErrorDetails) -> str:
    key = ".".join(str(part) for part in error["loc"])
    received = error["input"]
    match error["type"]:
        case "value_error":
            return f"{key}.{error['ctx']['error']}".removeprefix(".")
        case "extra_forbidden":
            return f"{key}: expected a known key, received an unknown one{_nearest(str(error['loc'][-1]), _known_keys(error['loc']))}"
        case "string_pattern_mismatch":
            return f"{key.removesuffix('.[key]')}: expected a name of small letters, digits and _, received {received!r}"
        case "missing":
            return f"{key}: expected a value, the key is missing"
        case _:
            expected = error["msg"].removeprefix("Input should be ")
            return f"{key}: expected {expected}, received {received!r}"


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    """The keys of the section that `location` lies in: the file's, one of its sections', or a variant's."""
    if len(location) == 1:
        return list(Settings.model_fields)
    if location[0] == "gan":
        return list(VariantSettings.model_fields)
    section: type[Section] = Settings.__annotations__[str(location[0])]
    return list(section.model_fields)


def _nearest(name: str, known: Any) -> str:
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=0)
    return f"; the nearest known is {matches[0]}" if matches else ""


if __name__ == "__main__":
    with one_line_errors():
        load_settings()
