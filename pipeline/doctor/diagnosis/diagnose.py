"""Evidence -> findings. A new rule is a function in one of the modules of `rules`, and its name in `RULES`."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pipeline.doctor.diagnosis.findings import SEVERITIES, Evidence, Finding, Rule
from pipeline.doctor.diagnosis.rules import data, losses, networks, optimizers, samples, training

AT_LEAST = ("r1_gamma", "r2_gamma", "gradient_penalty", "ema_half_life_images")
RULES: tuple[Rule, ...] = (
    networks.no_nonlinearity,
    networks.collapsed_layers,
    networks.initial_scale,
    networks.dead_units,
    networks.frozen_network,
    networks.ignored_input,
    networks.inference_batch_norm,
    networks.batch_statistics_under_penalty,
    networks.batch_statistics_of_a_mixture,
    losses.not_examined,
    losses.losses_not_examined,
    losses.double_activation,
    losses.logits_as_probabilities,
    losses.samples_not_judged,
    losses.real_images_not_judged,
    losses.gradient_cut,
    losses.not_updated,
    losses.other_network_updated,
    losses.generator_sign,
    losses.labels_swapped,
    losses.broadcast_outputs,
    optimizers.learning_rate,
    optimizers.momentum,
    data.range_mismatch,
    data.range_unused,
    data.one_sided_range,
    data.constant_data,
    data.sorted_batches,
    training.not_finite,
    training.pinned_loss,
    training.discriminator_wins,
    training.discriminator_too_weak,
    training.generator_gradient_vanishes,
    training.exploding_gradients,
    training.oscillation,
    training.discriminator_remembers,
    training.samples_alike,
    training.nothing_learnt,
    samples.class_collapse,
    samples.within_class_collapse,
    samples.labels_not_followed,
    samples.not_a_digit,
    samples.unlike_real_digits,
    samples.copies_training_images,
    samples.worse_than_before,
    samples.still_improving,
)
IN_TRAINING = frozenset(rule.id for rule in RULES if rule.judge.__module__ in (training.__name__, samples.__name__))


def judge(evidence: Evidence, variant: str = "", settings: Mapping[str, Any] = MappingProxyType({})) -> list[Finding]:
    """What the rules find, errors first, otherwise in the order of the list of rules.

    With a `variant` of params.yaml and its `settings`, what mends an illness there is named, less what is set so already.
    """
    found = []
    for each in RULES:
        numbers = each.judge(evidence)
        if numbers is not None:
            found.append(Finding(each.id, each.severity, numbers, each.why, each.mend + _here(each, variant, settings), each.reference))
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def causes_and_symptoms(findings: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """What to mend first, and what training and samples showed that may come of it.

    Only an error of the networks, losses, optimisers or data is a cause; without one, what training shows is to be mended itself.
    """
    in_training = [finding for finding in findings if finding.id in IN_TRAINING]
    others = [finding for finding in findings if finding.id not in IN_TRAINING]
    return (others, in_training) if any(finding.severity == "error" for finding in others) else (list(findings), [])


def _is_set(key: str, wanted: str, now: Any) -> bool:
    """Whether a setting is what is wanted; of a penalty's weight and of averaging, more will do."""
    if key in AT_LEAST and now is not None:
        return float(now) >= float(wanted)
    return str(now).lower() == wanted


def _here(rule: Rule, variant: str, settings: Mapping[str, Any]) -> str:
    parts = [part.split(": ") for part in rule.setting.split(", ") if part] if variant else []
    wanted = [f"{key}: {value}" for key, value in parts if not _is_set(key, value, settings.get(key))]
    return f" Here, in params.yaml: gan.{variant}.{', '.join(wanted)}." if wanted else ""
