"""What a rule's fix changes in a variant's settings."""

from collections.abc import Mapping
from typing import Any, NamedTuple

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

# From where a fix takes a setting's value: the best one depends on the GAN, and few trials tell which it is.
RANGES: dict[str, tuple[Setting | Times, ...]] = {
    "r1_gamma": (0.1, 0.3, 1.0),
    "r2_gamma": (0.1, 0.3, 1.0),
    "gradient_penalty": (1.0, 10.0),
    "adam_beta_1": (0.0, 0.5),
    "ema_half_life_images": (2000, 10000),
    "final_learning_rate_fraction": (0.05, 0.2),
    "generator_learning_rate": (Times(2), Times(4)),
    "discriminator_learning_rate": (Times(0.25), Times(2), Times(4)),
    "discriminator_width": (Times(2), Times(4)),
}
SAME = ("r1_gamma", "r2_gamma")  # settings that have one value where a fix sets both
WIDTHS = ("generator_width", "discriminator_width")  # they belong to the kind of network


class Option(NamedTuple):
    """A way to fix what a rule finds.

    Attributes:
        setting: whose range it has; the name of the fix.
        values: changes of a variant's settings to choose from, the fix's own first.
        part_of: every setting that the fix names, set already or not; the kind of network and its widths are a way of their own.
    """

    setting: str
    values: tuple[dict[str, Setting], ...]
    part_of: frozenset[str]


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
    return _changes(rule.settings, settings)


def fix_options(rule: Rule, settings: Mapping[str, Any]) -> list[Option]:
    """All ways to fix what a rule finds, each with the values that its range has; another kind of network is a way of its own.

    Example:
        >>> from pipeline.doctor.diagnosis.rules.training import discriminator_wins
        >>> first, *others = fix_options(discriminator_wins, {"r1_gamma": 0.0, "discriminator_normalization": "none"})
        >>> first.setting, first.values
        ('r1_gamma', ({'r1_gamma': 0.3}, {'r1_gamma': 0.1}, {'r1_gamma': 1.0}))
    """
    ways: list[tuple[Mapping[str, Setting | Times], dict[str, Setting]]] = []
    for fix in (rule.settings, *rule.otherwise):
        changes = _changes(fix, settings)
        network = {key: value for key, value in changes.items() if "network" in changes and key in ("network", *WIDTHS)}
        others = {key: value for key, value in fix.items() if key != "network"}
        ways += [(network, network), (others, {key: value for key, value in changes.items() if key not in network})]
    return [_with_range(fix, changes, settings) for fix, changes in ways if changes]


def _with_range(fix: Mapping[str, Setting | Times], changes: dict[str, Setting], settings: Mapping[str, Any]) -> Option:
    """A way with the other values of the range of the first setting that has one, less what is set already."""
    leader = next((name for name in changes if name in RANGES), next(iter(changes)))
    same = [name for name in (SAME if leader in SAME else (leader,)) if name in changes]
    others = [value for value in _range(leader, fix.get(leader), settings) if value not in (changes[leader], settings.get(leader))]
    return Option(leader, (changes, *(changes | dict.fromkeys(same, value) for value in others)), frozenset(fix))


def _range(key: str, own: Setting | Times | None, settings: Mapping[str, Any]) -> list[Setting]:
    """The range of a fix's setting; of multiples of the present value only those on the same side of it as the fix's own."""
    now, values = settings.get(key), RANGES.get(key, ())
    if any(isinstance(value, Times) for value in values):
        if not isinstance(own, Times) or now is None:
            return []
        return [_value(value, now) for value in values if isinstance(value, Times) and (value.factor > 1) == (own.factor > 1)]
    numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if now is None:
        return list(numbers)
    return [value for value in numbers if not (key in AT_LEAST and value < now) and not (key in AT_MOST and value > now)]


def _changes(fix: Mapping[str, Setting | Times], settings: Mapping[str, Any]) -> dict[str, Setting]:
    """A fix's settings and those that they need, less what already serves."""
    known = {key: value for key, value in fix.items() if key in settings or not isinstance(value, Times)}
    wanted = {key: _value(value, settings.get(key)) for key, value in known.items()}
    changes = {key: value for key, value in wanted.items() if not _serves(key, value, settings.get(key))}
    needed = {key: value for name in changes for key, value in NEEDS.get(name, {}).items() if key in settings and settings[key] != value}
    return changes | needed


def fix_text(rule: Rule, variant: str, settings: Mapping[str, Any]) -> str:
    """The fix in words, and if a variant is named, as params.yaml spells it there, with the range from which another value may serve better."""
    parts = [f"{key}: {spelled(value)}{_range_text(key, value, rule, settings)}" for key, value in fix_settings(rule, settings).items()]
    return rule.fix + (f" Here, in params.yaml: gan.{variant}.{', '.join(parts)}." if variant and parts else "")


def spelled(value: Setting) -> str:
    """A value as params.yaml spells it.

    >>> spelled(True), spelled(0.3), spelled("tanh")
    ('true', '0.3', 'tanh')
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def _range_text(key: str, value: Setting, rule: Rule, settings: Mapping[str, Any]) -> str:
    """The lowest and the highest value of a setting's range, where it is one of a fix."""
    numbers = [each for each in (*_range(key, rule.settings.get(key), settings), value) if isinstance(each, (int, float))]
    return f" ({min(numbers)} to {max(numbers)})" if len(set(numbers)) > 1 else ""


def _value(value: Setting | Times, now: Any) -> Setting:
    """A value, or so many times the present one."""
    return value if not isinstance(value, Times) else type(now)(value.factor * now)


def _serves(key: str, wanted: Any, now: Any) -> bool:
    """Whether a setting's present value does what the wanted one would."""
    if now is None:
        return False
    if key in AT_LEAST:
        return bool(now >= wanted)
    return bool(now <= wanted) if key in AT_MOST else bool(now == wanted or now in SERVES_TOO.get(key, ()))
