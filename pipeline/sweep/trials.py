"""The trials of a sweep: every combination of a grid, or draws of a random search, as variants whose names say what differs."""

import itertools
import math
import random
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pipeline.files.errors import SettingsError, nearest_known
from pipeline.settings.messages import describe
from pipeline.settings.params import LONGEST_NAME, PARAMS, Settings
from pipeline.settings.sweep import RangeSettings, SweepSettings
from pipeline.settings.variants import VariantSettings

MOST_TRIALS = 1000
DRAWS_PER_TRIAL = 100  # a random search that finds nothing new in so many has tried everything


def trials_of(settings: Settings) -> dict[str, dict[str, Any]]:
    """The settings in which each trial differs from `sweep.base`, by the name of its variant.

    Raises:
        SettingsError: a setting is unknown, a value is refused, or the names would be too long.

    >>> from pipeline.settings.params import load_settings
    >>> settings = load_settings()
    >>> sweep = settings.sweep.model_copy(update={"values": {"r1_gamma": [0.1, 1.0]}})
    >>> trials_of(settings.model_copy(update={"sweep": sweep}))
    {'answer_r1_gamma_0p1': {'r1_gamma': 0.1}, 'answer_r1_gamma_1p0': {'r1_gamma': 1.0}}
    """
    sweep = settings.sweep
    if sweep.base not in settings.gan:
        raise SettingsError(f"{PARAMS}: sweep.base: expected a section under gan:, received {sweep.base}{nearest_known(sweep.base, settings.gan)}")
    base = settings.gan[sweep.base].model_dump()
    for key in sweep.values:
        if key not in base:
            raise SettingsError(f"{PARAMS}: sweep.values.{key}: expected a setting of a variant, received an unknown one{nearest_known(key, base)}")
    trials = _grid(sweep) if sweep.search == "grid" else _random(sweep, base)
    for trial in trials:
        _check(sweep, base | trial)
    return _named(sweep.base, trials)


def _grid(sweep: SweepSettings) -> list[dict[str, Any]]:
    lists: dict[str, list[Any]] = {}
    for key, values in sweep.values.items():
        if isinstance(values, RangeSettings):
            raise SettingsError(f"{PARAMS}: sweep.values.{key}: expected a list of values in a grid search, received a range; list some of it")
        lists[key] = list(dict.fromkeys(values))
    if (count := math.prod(map(len, lists.values()))) > MOST_TRIALS:
        raise SettingsError(f"{PARAMS}: sweep.values: expected at most {MOST_TRIALS} combinations, received {count}; shorten a list")
    return [dict(zip(lists, combination, strict=True)) for combination in itertools.product(*lists.values())]


def _random(sweep: SweepSettings, base: Mapping[str, Any]) -> list[dict[str, Any]]:
    numbers, trials = random.Random(sweep.seed), list[dict[str, Any]]()
    for _ in range(DRAWS_PER_TRIAL * sweep.trials):
        trial = {key: _drawn(numbers, values, isinstance(base[key], int)) for key, values in sweep.values.items()}
        if trial not in trials:
            trials.append(trial)
        if len(trials) == sweep.trials:
            break
    return trials


def _drawn(numbers: random.Random, values: list[Any] | RangeSettings, whole: bool) -> Any:
    """One of a list, or a number from a range, rounded to three digits, so that a name can say it, and within the range."""
    if not isinstance(values, RangeSettings):
        return numbers.choice(values)
    if values.scale == "log":
        number = math.exp(numbers.uniform(math.log(values.low), math.log(values.high)))
    else:
        number = numbers.uniform(values.low, values.high)
    return round(number) if whole else min(max(float(f"{number:.3g}"), values.low), values.high)


def _check(sweep: SweepSettings, section: Mapping[str, Any]) -> None:
    try:
        VariantSettings.model_validate(section)
    except ValidationError as error:
        raise SettingsError(f"{PARAMS}: sweep.values.{describe(error.errors()[0], lambda: section)}") from None


def _named(base: str, trials: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Names such as answer_r1_gamma_0p1; if one would be too long, all say a setting by its initials: answer_r1g_0p1."""
    for shorten in (str, _initials):
        named = {"_".join([base, *(f"{shorten(key)}_{_word(value)}" for key, value in trial.items())]): trial for trial in trials}
        longest = max(named, key=len)
        if len(named) == len(trials) and len(longest) <= LONGEST_NAME:
            return named
    raise SettingsError(
        f"{PARAMS}: sweep.values: expected trials that have a name of at most {LONGEST_NAME} characters, received {longest}; vary less"
    )


def _initials(key: str) -> str:
    return "".join(part if any(map(str.isdigit, part)) else part[0] for part in key.split("_"))


def _word(value: Any) -> str:
    """A value in the letters of a name: 0p1 for 0.1, 1em05 for 1e-05."""
    return re.sub(r"[^a-z0-9_]", "", str(value).lower().replace(".", "p").replace("-", "m"))
