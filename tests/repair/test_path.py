"""The path of a repair, with trials whose results are made up: what is tried, kept, put back and skipped, and when it ends."""

from collections.abc import Sequence

import pytest

from pipeline.repair import path as module
from pipeline.repair.path import HEALTHY, NOTHING_LEFT, QUIET, SPENT
from pipeline.repair.trials import Result
from pipeline.repair.verdict import Verdict
from pipeline.settings.params import Settings
from pipeline.settings.variants import VariantSettings
from tests.repair.made_up import MadeUp, Outcome, repaired


def test_what_is_wrong_before_training_is_fixed_together_and_kept(settings: Settings) -> None:
    def before(variant: VariantSettings) -> list[str]:
        wrong = {
            "double_activation": variant.discriminator_activation == "sigmoid",
            "samples_not_in_loss": not variant.share_discriminator,
            "initial_scale": variant.share_discriminator and variant.initializer == "normal",  # hidden until samples reach the loss
        }
        return [name for name, is_wrong in wrong.items() if is_wrong]

    repair = repaired(settings, MadeUp(lambda variant: (900.0 if before(variant) else 5.0, []), before), "asker")
    assert repair.end == HEALTHY
    (step,) = repair.steps
    assert [finding.id for finding in step.findings] == ["double_activation", "samples_not_in_loss", "initial_scale"]
    assert repair.section == {"initializer": "glorot", "discriminator_activation": "linear", "share_discriminator": True}
    assert repair.asked_by["initializer"] == "initial_scale"
    assert (step.kept, step.verdict.word) == (True, "better")


def test_a_healthy_variant_is_trained_once_and_left_as_it_is(settings: Settings) -> None:
    trials = MadeUp(lambda _: (3.0, ["still_improving"]))
    repair = repaired(settings, trials)
    assert (repair.end, repair.section, repair.steps) == (HEALTHY, {}, [])
    assert trials.asked == [(settings.gan["answer"], 1.0)]


def test_what_only_the_whole_training_shows_is_no_healthy_variant(settings: Settings) -> None:
    class Short(MadeUp):
        def _run(self, variant: VariantSettings, seeds: Sequence[int], share: float) -> list[Result]:
            results = super()._run(variant, seeds, share)
            return results if len(seeds) == 1 else [result._replace(findings=[]) for result in results]

    repair = repaired(settings, Short(lambda _: (3.0, ["oscillation"])))
    assert (repair.end, repair.left, repair.section) == (QUIET, ["oscillation"], {})


def test_a_fix_is_kept_if_every_seed_is_better_and_put_back_otherwise(settings: Settings) -> None:
    def outcome(variant: VariantSettings) -> Outcome:
        penalised, slower = variant.r1_gamma > 0, variant.discriminator_learning_rate < 0.001
        return 500.0 * (0.5 if slower else 1.0) * (3.0 if penalised else 1.0), ["discriminator_wins"]

    repair = repaired(settings, MadeUp(outcome))
    assert [(next(iter(step.values[step.chosen].changes)), step.verdict.word, step.kept) for step in repair.steps] == [
        ("r1_gamma", "worse", False),
        ("discriminator_learning_rate", "better", True),
        ("spectral_normalization", "no difference", False),
    ]
    assert repair.section == {"discriminator_learning_rate": 0.00025}
    assert repair.end == NOTHING_LEFT


@pytest.mark.parametrize(("times", "kept"), [(1.0, True), (1.04, True), (1.2, False)])
def test_a_finding_that_goes_away_is_worth_no_worse_score(settings: Settings, monkeypatch: pytest.MonkeyPatch, times: float, kept: bool) -> None:
    monkeypatch.setattr(module, "verdict", lambda before, after: Verdict("no difference", times))
    repair = repaired(settings, MadeUp(lambda variant: (100.0, ["oscillation"] if variant.adam_beta_1 else [])))
    assert repair.steps[0].kept == kept


def test_the_value_of_a_range_is_the_best_one_if_the_trials_can_tell(settings: Settings) -> None:
    def told(variant: VariantSettings) -> Outcome:
        return {0.0: 500.0, 0.1: 300.0, 0.3: 200.0, 1.0: 100.0}[variant.r1_gamma], [] if variant.r1_gamma else ["discriminator_wins"]

    step = repaired(settings, MadeUp(told)).steps[0]
    assert [value.changes["r1_gamma"] for value in step.values] == [0.3, 0.1, 1.0]
    assert (step.chosen, step.decided) == (2, True)
    same = repaired(settings, MadeUp(lambda variant: (100.0, [] if variant.r1_gamma else ["discriminator_wins"]))).steps[0]
    assert (same.chosen, same.decided) == (0, False)


def test_a_training_that_diverges_is_worse_than_any_other(settings: Settings) -> None:
    repair = repaired(settings, MadeUp(lambda variant: (None if variant.r1_gamma else 500.0, ["discriminator_wins"])))
    assert (repair.steps[0].verdict.word, repair.steps[0].kept) == ("worse", False)


def test_no_trial_is_started_beyond_the_budget(settings: Settings) -> None:
    images = settings.gan["answer"].training_images
    trials = MadeUp(lambda _: (500.0, ["discriminator_wins"]))
    repair = repaired(settings, trials, budget_images=3 * images)
    assert repair.end == SPENT
    assert repair.steps == []
    assert trials.images <= 3 * images
    enough = MadeUp(lambda _: (500.0, ["discriminator_wins"]))
    assert repaired(settings, enough, budget_images=10 * images).steps


def test_the_network_changes_only_where_that_is_allowed(settings: Settings) -> None:
    def outcome(variant: VariantSettings) -> Outcome:
        return (500.0, ["unlike_real_digits"]) if variant.network == "mlp" else (5.0, [])

    refused = repaired(settings, MadeUp(outcome))
    assert "network" not in refused.section
    assert any("repair.networks does not allow" in reason for reason in refused.skipped.values())
    allowed = repaired(settings, MadeUp(outcome), networks=True)
    assert allowed.section["network"] == "dcgan"


def test_a_training_becomes_longer_as_often_as_it_helps_and_is_allowed(settings: Settings) -> None:
    first = settings.gan["answer"].training_images

    def outcome(variant: VariantSettings) -> Outcome:
        return 1e9 / variant.training_images, ["unlike_real_digits"]

    for longer in (1, 2, 4):
        section = repaired(settings, MadeUp(outcome), longer=longer).section
        assert section.get("training_images", first) == longer * first


def test_a_fix_that_the_settings_refuse_is_skipped_and_said(settings: Settings) -> None:
    wide = settings.gan["answer"].model_copy(update={"discriminator_width": 16_000})
    settings = settings.model_copy(update={"gan": settings.gan | {"answer": wide}})
    repair = repaired(settings, MadeUp(lambda _: (500.0, ["discriminator_too_weak"])), networks=True)
    (reason,) = {reason for fix, reason in repair.skipped.items() if "discriminator_width" in fix and "32000" in fix}
    assert reason.startswith("the settings refuse it: discriminator_width: ")


def test_settings_that_help_together_are_tried_once_although_one_of_them_was_set_since(settings: Settings) -> None:
    trials = MadeUp(lambda variant: (100.0 if variant.ema_half_life_images >= 10000 and not variant.r1_gamma else 200.0, ["unlike_real_digits"]))
    repair = repaired(settings, trials, longer=1)
    assert repair.section == {"ema_half_life_images": 10000}
    together = [step for step in repair.steps if {"r1_gamma", "final_learning_rate_fraction"} <= step.values[0].changes.keys()]
    assert len(together) == 1
    assert not together[0].kept


def test_labels_are_given_only_where_the_networks_may_change(settings: Settings) -> None:
    trials = MadeUp(lambda variant: (100.0, []) if variant.classes == 10 else (200.0, ["unlike_real_digits"]))
    assert repaired(settings, trials, longer=1).section == {}
    assert repaired(settings, trials, longer=1, networks=True).section == {"classes": 10, "conditioning": "projection"}


def test_two_penalties_are_tried_again_where_one_of_them_was_set_since(settings: Settings) -> None:
    """The pair does not help at first, but R2 does once another finding has asked for R1."""

    def outcome(variant: VariantSettings) -> Outcome:
        if variant.adam_beta_1 and not variant.r1_gamma:
            return (200.0, ["within_class_collapse", "discriminator_wins"]) if not variant.r2_gamma else (300.0, ["discriminator_wins"])
        return (100.0 if not variant.r2_gamma else 50.0), ["within_class_collapse"]

    repair = repaired(settings, MadeUp(outcome), longer=1)
    assert repair.section["r2_gamma"]
