"""What a rule's fix changes in a variant's settings."""

from collections.abc import Mapping
from typing import Any

from pipeline.doctor.diagnosis.findings import Rule, Setting, Times

AT_LEAST = ("r1_gamma", "r2_gamma", "gradient_penalty", "ema_half_life_images", "adam_beta_2")  # a higher value serves too
AT_MOST = ("adam_beta_1", "final_learning_rate_fraction")  # a lower value serves too
SERVES_TOO: dict[str, tuple[Setting, ...]] = {  # instead of what a fix wants
    "network": ("resnet",),
    "objective": ("least_squares", "wasserstein", "hinge", "relativistic"),
}
# A fix that changes the first setting has no effect, or is refused by the settings, without the others.
NEEDS: dict[str, dict[str, Setting]] = {
    "r1_gamma": {"discriminator_normalization": "none"},
    "r2_gamma": {"discriminator_normalization": "none", "share_discriminator": True},
    "gradient_penalty": {"discriminator_normalization": "none"},
    "conditioning": {"classes": 10},
    "network": {"generator_width": 32, "discriminator_width": 16},  # channels; hundreds, as of a dense layer's units, would take days
}


def fix_settings(rule: Rule, settings: Mapping[str, Any]) -> dict[str, Setting]:
    """The settings that fix what a rule finds.

    Args:
        rule: the rule.
        settings: the variant's settings now.

    Returns:
        Keys and values to set: the rule's own and those that they need, less what already serves. Empty if no setting fixes it.

    Example:
        >>> from pipeline.doctor.diagnosis.rules.training import discriminator_wins
        >>> fix_settings(discriminator_wins, {"r1_gamma": 0.0, "discriminator_normalization": "batch"})
        {'r1_gamma': 0.3, 'discriminator_normalization': 'none'}
        >>> fix_settings(discriminator_wins, {"r1_gamma": 1.0, "discriminator_normalization": "none"})
        {}
    """
    changes = {key: value for key, value in _values(rule, settings).items() if not _serves(key, value, settings.get(key))}
    needed = {key: value for name in changes for key, value in NEEDS.get(name, {}).items() if key in settings and settings[key] != value}
    return changes | needed


def fix_text(rule: Rule, variant: str, settings: Mapping[str, Any]) -> str:
    """The fix in words, and if a variant is named, as params.yaml spells it there."""
    parts = [f"{key}: {str(value).lower() if isinstance(value, bool) else value}" for key, value in fix_settings(rule, settings).items()]
    return rule.fix + (f" Here, in params.yaml: gan.{variant}.{', '.join(parts)}." if variant and parts else "")


def _values(rule: Rule, settings: Mapping[str, Any]) -> dict[str, Setting]:
    """The rule's settings; one that is so many times the present value is left out where the present value is unknown."""
    known = {key: value for key, value in rule.settings.items() if key in settings or not isinstance(value, Times)}
    return {key: value.factor * settings[key] if isinstance(value, Times) else value for key, value in known.items()}


def _serves(key: str, wanted: Any, now: Any) -> bool:
    """Whether a setting's present value does what the wanted one would."""
    if now is None:
        return False
    if key in AT_LEAST:
        return bool(now >= wanted)
    return bool(now <= wanted) if key in AT_MOST else bool(now == wanted or now in SERVES_TOO.get(key, ()))
