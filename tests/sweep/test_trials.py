"""A grid has every combination once, a random search the same draws for the same seed, and each trial has a name that says what differs."""

import re
from typing import Any

import pytest
import yaml

from pipeline.files.errors import SettingsError
from pipeline.settings.params import Settings
from pipeline.settings.sweep import SweepSettings
from pipeline.sweep.trials import trials_of
from tests.docs.pages import blocks

LOG = {"low": 0.01, "high": 1.0, "scale": "log"}


def with_sweep(settings: Settings, **changes: Any) -> Settings:
    return settings.model_copy(update={"sweep": SweepSettings.model_validate(settings.sweep.model_dump() | changes)})


def test_a_grid_has_every_combination(settings: Settings) -> None:
    trials = trials_of(with_sweep(settings, search="grid", values={"r1_gamma": [0.1, 1.0], "objective": ["hinge", "relativistic"]}))
    assert list(trials) == [f"answer_r1_gamma_{gamma}_objective_{name}" for gamma in ("0p1", "1p0") for name in ("hinge", "relativistic")]
    assert trials["answer_r1_gamma_1p0_objective_hinge"] == {"r1_gamma": 1.0, "objective": "hinge"}


def test_a_random_search_draws_the_same_again_and_others_with_another_seed(settings: Settings) -> None:
    values = {"r1_gamma": LOG, "generator_width": {"low": 20, "high": 300, "scale": "linear"}}
    first, again, other = (trials_of(with_sweep(settings, search="random", trials=20, seed=seed, values=values)) for seed in (0, 0, 1))
    assert first == again
    assert not first.keys() & other.keys()
    assert len(first) == 20
    drawn = sorted(trial["r1_gamma"] for trial in first.values())
    assert 0.01 <= drawn[0] < 0.1 < drawn[-1] <= 1.0  # on a log scale half of them are below 0.1
    assert 5 <= sum(gamma < 0.1 for gamma in drawn) <= 15
    assert {type(trial["generator_width"]) for trial in first.values()} == {int}
    assert all(re.fullmatch(r"answer_r1_gamma_0p\d+_generator_width_\d+", name) or "1p0" in name for name in first)


@pytest.mark.parametrize("low", [0.9996, 0.99])
def test_a_draw_is_within_its_range_after_it_was_rounded(settings: Settings, low: float) -> None:
    values = {"adam_beta_2": {"low": low, "high": 0.9999, "scale": "linear"}}
    drawn = [trial["adam_beta_2"] for trial in trials_of(with_sweep(settings, search="random", trials=200, values=values)).values()]
    assert low <= min(drawn) <= max(drawn) <= 0.9999


def test_a_random_search_ends_when_it_has_tried_everything(settings: Settings) -> None:
    trials = trials_of(with_sweep(settings, search="random", trials=50, values={"r1_gamma": [0.1, 0.2], "depth": [1, 2]}))
    assert len(trials) == 4


def test_the_sweep_of_the_how_to_page_makes_its_trials(settings: Settings) -> None:
    (shown,) = (yaml.safe_load(block.content)["sweep"] for block in blocks("docs/how-to/sweep.md") if block.language == "yaml")
    trials = trials_of(with_sweep(settings, **shown))
    assert len(trials) == shown["trials"]
    assert all(trial.keys() == {"generator_learning_rate", "r1_gamma"} for trial in trials.values())


def test_long_names_say_settings_by_their_initials(settings: Settings) -> None:
    values = {name: [0.1, 0.2] for name in ("r1_gamma", "r2_gamma", "generator_learning_rate", "discriminator_learning_rate")}
    names = list(trials_of(with_sweep(settings, search="grid", values=values)))
    assert names[0] == "answer_r1g_0p1_r2g_0p1_glr_0p1_dlr_0p1"
    assert len(set(names)) == 16


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"r1_gama": [0.1]}, r"sweep\.values\.r1_gama: expected a setting of a variant, received an unknown one; the nearest known is r1_gamma"),
        ({"r1_gamma": [-1.0]}, r"sweep\.values\.r1_gamma: expected greater than or equal to 0, received -1\.0"),
        ({"objective": ["hinge", "hing"]}, r"sweep\.values\.objective: expected .*'hinge'.* received 'hing'"),
        ({"r1_gamma": LOG}, r"sweep\.values\.r1_gamma: expected a list of values in a grid search, received a range"),
        ({name: list(range(1, 12)) for name in ("depth", "generator_width", "latent_size")}, "expected at most 1000 combinations, received 1331"),
        ({"gradient_penalty": [1.0], "discriminator_normalization": ["batch"]}, r"sweep\.values\.\w+: expected"),
    ],
)
def test_what_no_variant_accepts_is_refused(settings: Settings, values: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        trials_of(with_sweep(settings, search="grid", values=values))


def test_a_base_that_is_no_variant_is_refused(settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"sweep\.base: expected a section under gan:, received answr; the nearest known is answer"):
        trials_of(with_sweep(settings, base="answr"))


@pytest.mark.parametrize("wrong", [{"low": 1.0, "high": 0.5}, {"low": 0.0}])
def test_a_range_that_is_none_is_refused(settings: Settings, wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected more than"):
        with_sweep(settings, search="random", values={"r1_gamma": LOG | wrong})
