"""Every fix can be applied to every variant, and brings what it needs with it."""

from typing import Any

import pytest

from pipeline.doctor.diagnosis.diagnose import RULES, diagnose
from pipeline.doctor.diagnosis.findings import Rule
from pipeline.doctor.diagnosis.fixes import fix_settings
from pipeline.settings.params import Settings
from tests.doctor.conftest import whole_settings

RULE = {rule.id: rule for rule in RULES}
WHOLE = whole_settings()
FIXABLE = [rule for rule in RULES if rule.settings]


def variant(name: str) -> dict[str, Any]:
    return WHOLE.gan[name].model_dump()


@pytest.mark.parametrize("rule", FIXABLE, ids=[rule.id for rule in FIXABLE])
def test_the_settings_accept_a_fix_in_every_variant(rule: Rule) -> None:
    content = WHOLE.model_dump()
    for name, settings in content["gan"].items():
        changes = fix_settings(rule, settings)
        fixed = settings | changes
        accepted = Settings.model_validate(content | {"gan": content["gan"] | {name: fixed}}).gan[name]
        assert accepted.network == "mlp" or accepted.generator_width <= 64
        assert accepted.classes == 10 or "conditioning" not in changes
        if rule.id != "still_improving":
            assert fix_settings(rule, fixed) == {}  # done once, it is not advised again


def test_a_penalty_brings_a_discriminator_without_batch_statistics_that_sees_samples() -> None:
    assert fix_settings(RULE["discriminator_wins"], variant("dcgan")) == {"r1_gamma": 0.3, "discriminator_normalization": "none"}
    assert fix_settings(RULE["samples_alike"], variant("asker")) == {"r1_gamma": 0.3, "r2_gamma": 0.3, "share_discriminator": True}
    assert fix_settings(RULE["samples_alike"], variant("answer")) == {"r1_gamma": 0.3, "r2_gamma": 0.3}


def test_convolutions_bring_their_widths_and_are_not_advised_to_convolutional_networks() -> None:
    changes = fix_settings(RULE["unlike_real_digits"], variant("answer"))
    assert {"network": "dcgan", "generator_width": 32, "discriminator_width": 16}.items() <= changes.items()
    for network in ("dcgan", "resnet"):
        assert {"network", "generator_width", "discriminator_width"}.isdisjoint(
            fix_settings(RULE["unlike_real_digits"], variant("lsgan") | {"network": network})
        )


def test_samples_unlike_digits_are_trained_as_r3gan_is_and_only_what_differs_is_changed() -> None:
    recipe = {"r1_gamma": 0.1, "r2_gamma": 0.1, "generator_learning_rate": 0.002, "discriminator_learning_rate": 0.002, "adam_beta_1": 0.0}
    found = RULE["unlike_real_digits"]
    assert fix_settings(found, variant("answer_cnn")) == recipe | {"final_learning_rate_fraction": 0.05}
    assert fix_settings(found, variant("modern")) == {}


def test_longer_is_twice_as_long() -> None:
    assert fix_settings(RULE["still_improving"], variant("modern")) == {"training_images": 2 * WHOLE.gan["modern"].training_images}
    assert fix_settings(RULE["still_improving"], {}) == {}


def test_only_a_saturating_loss_is_exchanged_for_one_that_does_not_saturate() -> None:
    vanishes = RULE["generator_gradient_vanishes"]
    assert [fix_settings(vanishes, {"objective": name}) for name in ("saturating", "hinge")] == [{"objective": "non_saturating"}, {}]


def test_a_decay_rate_that_is_right_stays() -> None:
    assert fix_settings(RULE["momentum"], {"adam_beta_1": 0.0, "adam_beta_2": 0.3}) == {"adam_beta_2": 0.9}
    assert fix_settings(RULE["momentum"], {"adam_beta_1": 0.99, "adam_beta_2": 0.999}) == {"adam_beta_1": 0.5}


def test_a_finding_spells_the_fix_as_params_yaml_does() -> None:
    (finding,) = diagnose(
        {"before": {"step": {"learns_from": {"discriminator": ["real"]}, "discriminator_inputs": ["real"]}}}, "asker", variant("asker")
    )
    assert finding.fix.endswith("Here, in params.yaml: gan.asker.share_discriminator: true.")
