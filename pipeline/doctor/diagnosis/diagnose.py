"""Evidence -> findings.

A new rule is a function in one of the modules of `rules`, and its name in `RULES`.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pipeline.doctor.diagnosis.findings import SEVERITIES, Evidence, Finding, Rule
from pipeline.doctor.diagnosis.fixes import fix_text
from pipeline.doctor.diagnosis.rules import (
    batch_norm,
    changes,
    conditions,
    critics,
    data,
    drawn,
    gradients,
    gradients_on_their_way,
    latents,
    losses,
    movement,
    networks,
    opposition,
    optimizers,
    outputs,
    samples,
    training,
    turns,
    updates,
)

RULES: tuple[Rule, ...] = (
    networks.no_nonlinearity,
    networks.collapsed_layers,
    networks.initial_scale,
    networks.dead_units,
    networks.narrow_layer,
    networks.much_dropout,
    networks.zero_weights,
    networks.constant_weights,
    networks.frozen_network,
    batch_norm.batch_norm_differs,
    networks.ignored_input,
    batch_norm.inference_batch_norm,
    batch_norm.batch_statistics_under_penalty,
    batch_norm.batch_statistics_of_a_mixture,
    batch_norm.same_mean_score,
    batch_norm.scale_not_seen,
    updates.not_examined,
    losses.losses_not_examined,
    outputs.double_activation,
    outputs.logits_as_probabilities,
    losses.samples_not_in_loss,
    losses.real_images_not_in_loss,
    updates.generator_loss_without_samples,
    outputs.activation_over_batch,
    outputs.constant_output,
    outputs.rectified_output,
    outputs.saturating_loss,
    critics.penalty_not_in_loss,
    critics.penalty_wants_no_slope,
    critics.penalty_of_parts,
    critics.penalty_at_real_rows,
    critics.penalty_weight,
    critics.spectral_norm_at_rest,
    critics.unbounded_critic,
    critics.penalised_slope,
    updates.gradient_cut,
    updates.partly_cut,
    updates.outputs_without_gradient,
    updates.weights_left_out,
    updates.network_built_again,
    updates.not_updated,
    updates.other_network_updated,
    updates.unused_network_output,
    updates.shared_weights,
    updates.shared_embedding,
    opposition.one_loss_for_both,
    opposition.discriminator_not_asked,
    opposition.adversarial_part_lost,
    losses.generator_sign,
    losses.labels_swapped,
    losses.no_difference_wanted,
    losses.order_not_wanted,
    losses.scores_not_compared,
    losses.labels_at_random,
    losses.same_wanted_of_both,
    losses.broadcast_outputs,
    losses.targets_out_of_range,
    optimizers.learning_rate,
    optimizers.momentum,
    data.range_mismatch,
    data.scaled_twice,
    data.range_unused,
    data.one_sided_range,
    data.constant_data,
    data.unscaled_columns,
    data.normalised_by_batch,
    changes.only_real_rows_changed,
    changes.only_samples_changed,
    turns.samples_differ_between_turns,
    turns.samples_changed_for_the_generator,
    turns.judged_by_a_copy,
    turns.constant_condition,
    turns.trivial_statistic,
    drawn.samples_from_untrained_network,
    drawn.average_never_moves,
    drawn.average_without_statistics,
    drawn.average_lags,
    drawn.latents_drawn_differently,
    drawn.drawn_one_by_one,
    drawn.samples_drawn_differ,
    conditions.condition_of_samples_differs,
    conditions.class_target_differs,
    conditions.condition_not_judged,
    conditions.labels_without_class,
    conditions.same_labels_every_step,
    conditions.swapped_pairs_not_noticed,
    conditions.input_given_back,
    conditions.condition_ignored,
    conditions.latents_ignored,
    data.sorted_batches,
    data.few_real_rows,
    data.tiny_batch,
    latents.same_latents,
    latents.latents_alike_in_a_batch,
    latents.latent_scale,
    latents.few_latent_numbers,
    gradients_on_their_way.gradients_pile_up,
    gradients_on_their_way.gradient_fades,
    movement.rate_decays_early,
    movement.optimizer_starts_again,
    movement.stops_moving,
    movement.hardly_moves,
    movement.steps_too_large,
    movement.weights_shrink,
    movement.trained_rarely,
    movement.updates_far_apart,
    gradients.not_finite,
    training.pinned_loss,
    training.discriminator_wins,
    training.discriminator_too_weak,
    gradients.generator_gradient_vanishes,
    gradients.exploding_gradients,
    training.oscillation,
    training.discriminator_memorises,
    training.samples_alike,
    training.samples_repeat,
    training.samples_crowded,
    training.modes_missing,
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
IN_TRAINING = frozenset(rule.id for rule in RULES if rule.check.__module__ in {module.__name__ for module in (gradients, samples, training)})
# What may come of another error; where there is none, it is to be fixed itself.
SYMPTOMS = IN_TRAINING | {"stops_moving", "hardly_moves", "steps_too_large", "trained_rarely", "updates_far_apart", "trivial_statistic"}
RULE_FAILED = "rule_failed"  # the id of the finding that says that a rule raised an error


def diagnose(evidence: Evidence, variant: str = "", settings: Mapping[str, Any] = MappingProxyType({})) -> list[Finding]:
    """Check every rule against evidence.

    Args:
        evidence: what was recorded of a GAN: "before" training, by "epochs", its "scores"; a part that is missing is not checked.
        variant: the GAN's section under `gan:` in params.yaml; with it, each fix also names the settings to change there.
        settings: the variant's settings now; what is set already is not advised.

    Returns:
        A finding for each failure mode that the evidence shows, errors first, otherwise in the order of `RULES`. It never raises: a rule that
        fails becomes a finding of its own, `rule_failed`.

    Example:
        >>> [finding.id for finding in diagnose({"before": {"not_finite": "the training batch"}})]
        ['not_finite']
        >>> diagnose({})
        []
    """
    findings = [finding for rule in RULES for finding in _check(rule, evidence, variant, settings)]
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def first_error(evidence: Evidence) -> str | None:
    """The id of the first error that the rules find, or None."""
    return next((finding.id for finding in diagnose(evidence) if finding.severity == "error"), None)


def causes_and_symptoms(findings: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """What to fix first, and what may be only a consequence of it.

    If the networks, losses, optimisers or data have an error, what training and samples showed may come from that error. Otherwise every
    finding is to be fixed itself.
    """
    symptoms = [finding for finding in findings if finding.id in SYMPTOMS]
    others = [finding for finding in findings if finding.id not in SYMPTOMS]
    return (others, symptoms) if any(finding.severity == "error" for finding in others) else (list(findings), [])


def _check(rule: Rule, evidence: Evidence, variant: str, settings: Mapping[str, Any]) -> list[Finding]:
    try:
        numbers = rule.check(evidence)
    except Exception as error:  # the other rules are still checked, and training continues
        return [_rule_failed(rule, error)]
    if numbers is None:
        return []
    return [Finding(rule.id, rule.severity, numbers, rule.why, fix_text(rule, variant, settings), rule.reference)]


def _rule_failed(rule: Rule, error: Exception) -> Finding:
    return Finding(
        id=RULE_FAILED,
        severity="note",
        evidence={"rule": rule.id, "message": f"{type(error).__name__}: {error}"},
        why="One of the doctor's rules could not be checked, so its failure mode may be there or not. The other findings are not affected.",
        fix="Report it with this message.",
        reference="pipeline/doctor/diagnosis/rules",
    )
