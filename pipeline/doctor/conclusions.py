"""From what was followed of a training to the report: findings that hold, what was checked, what was not."""

from collections.abc import Sequence
from typing import Any

import keras

from pipeline.doctor.diagnosis.diagnose import IN_TRAINING, RULE_FAILED, diagnose
from pipeline.doctor.diagnosis.findings import SEVERITIES, Finding
from pipeline.doctor.diagnosis.loss_report import losses_report
from pipeline.doctor.report import Report
from pipeline.doctor.tracing.followed import Followed
from pipeline.doctor.tracing.session import Session

STEPS_FOR_ERRORS = 1000  # younger trainings draw blots, and one network is ahead of the other: that is a note
LOOKS_IN_A_ROW = 3
CERTAIN = ("not_finite",)  # what one look proves
NOT_OF_LOOKS = ("oscillation", "losses_not_examined", "not_examined")  # about means of epochs, and what the report says in its own words
OF_THE_START = ("initial_scale", "zero_weights", "dead_units")  # about weights before training: later ones prove nothing
NO_PAIR = "no network was seen whose output reaches another one that is trained"
NOT_FOLLOWED = {
    "step": ("who is updated", "no update was seen"),
    "data": ("the range of real images", "no row was seen that comes from the data to the discriminator as the generator's samples do"),
    "generator": ("the generator's layers", "what the generator was given could not be seen"),
    "discriminator": ("the discriminator's layers", "no real row that the discriminator was given could be seen"),
    "loss": (
        "what the losses want of the discriminator's outputs",
        "no gradient of a loss at these outputs was seen, or not whose rows they are about",
    ),
}


def conclusions(followed: Sequence[Followed], session: Session) -> Report:
    """The report on everything that was followed."""
    not_checked = dict(session.guard.not_checked)
    if not followed:
        not_checked.setdefault("the training", NO_PAIR)
    findings: list[Finding] = []
    checked: list[str] = []
    losses: list[dict[str, Any]] = []
    for one in followed:
        one.conclude()
        label = f"{_name(one.pair.generator)} against {_name(one.pair.discriminator)}: " if len(followed) > 1 else ""
        found, withdrawn = _findings(one, session)
        findings += [finding for finding in found if finding not in findings]
        checked += [label + sentence for sentence in _checked(one, found)]
        losses.append({"pair": label} | losses_report(one.evidence))
        not_checked |= {f"{label}{name}": why for name, why in (withdrawn | _not_checked(one)).items()}
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return Report(findings, list(dict.fromkeys(checked)), not_checked, _networks(followed), losses)


def _findings(one: Followed, session: Session) -> tuple[list[Finding], dict[str, str]]:
    """What holds, and what was withdrawn because a later look contradicts it."""
    steps = session.steps_of(one.pair.generator)
    evidence = one.evidence
    found = [finding for finding in diagnose(evidence) if finding.id not in (RULE_FAILED, *NOT_OF_LOOKS)]
    later = None if one.later_evidence is None else {finding.id for finding in diagnose(one.later_evidence)}
    kept, withdrawn = [], {}
    for finding in found:
        if finding.id in IN_TRAINING and finding.id not in CERTAIN:
            if all(finding.id in _ids(evidence, earlier) for earlier in range(1, LOOKS_IN_A_ROW)):
                kept.append(_as_note(finding) if steps < STEPS_FOR_ERRORS else finding)
        elif later is not None and finding.id not in later and finding.id not in (*OF_THE_START, *CERTAIN):
            withdrawn[f"{finding.id} (withdrawn)"] = "the first look showed it, but a later one did not"
        else:
            kept.append(finding)
    if any(finding.severity == "error" and finding.id not in IN_TRAINING for finding in kept):
        kept = [_as_note(finding) if finding.id in IN_TRAINING else finding for finding in kept]  # symptoms of that error
    places = one.before.get("places", {}) | _drawing_places(one)
    return [finding._replace(where=_where(finding, places)) for finding in kept], withdrawn


def _ids(evidence: dict[str, Any], earlier: int) -> set[str]:
    """What is found without the last looks."""
    return {finding.id for finding in diagnose(evidence | {"epochs": evidence["epochs"][:-earlier]})}


def _as_note(finding: Finding) -> Finding:
    return finding._replace(severity="note")


def _drawing_places(one: Followed) -> dict[str, str]:
    """The lines that draw samples outside of the training step."""
    known = [*one.over_time.get("averages", {}).get("networks", []), one.over_time.get("drawn", {}) | {"name": "drawn"}]
    return {f"{network['name']}_drawn": network["place"] for network in known if network.get("place")}


def _where(finding: Finding, places: dict[str, str]) -> str:
    """The line that a finding is about: of the network that its numbers name first, or else of the discriminator."""
    network = "generator" if "generator" in str(finding.evidence) else "discriminator"
    drawn = finding.evidence.get("name", "drawn")
    order = WHERE.get(finding.id, ())
    return next((places[key] for kind in order if (key := kind.format(network=network, drawn=drawn)) in places), "")


WHERE: dict[str, tuple[str, ...]] = {
    "double_activation": ("discriminator_loss", "generator_loss", "discriminator_call"),
    "logits_as_probabilities": ("discriminator_loss", "discriminator_call"),
    "broadcast_outputs": ("discriminator_loss",),
    "labels_swapped": ("discriminator_loss",),
    "constant_output": ("discriminator_built", "discriminator_call"),
    "rectified_output": ("discriminator_built", "discriminator_call"),
    "saturating_loss": ("generator_loss",),
    "much_dropout": ("{network}_built", "{network}_call"),
    "tiny_batch": ("discriminator_call",),
    "activation_over_batch": ("discriminator_built", "discriminator_call"),
    "penalty_not_in_loss": ("discriminator_loss", "discriminator_gradient"),
    "penalised_slope": ("discriminator_loss", "discriminator_gradient"),
    "labels_at_random": ("discriminator_loss",),
    "targets_out_of_range": ("discriminator_loss",),
    "generator_sign": ("generator_loss", "generator_gradient"),
    "samples_not_in_loss": ("discriminator_loss",),
    "real_images_not_in_loss": ("discriminator_loss",),
    "partly_cut": ("{network}_gradient",),
    "gradient_cut": ("{network}_gradient",),
    "not_updated": ("{network}_update", "{network}_gradient", "{network}_call"),
    "other_network_updated": ("generator_update",),
    "learning_rate": ("discriminator_update",),
    "momentum": ("discriminator_update",),
    "range_mismatch": ("discriminator_call",),
    "range_unused": ("discriminator_call",),
    "constant_data": ("discriminator_call",),
    "frozen_network": ("{network}_update", "{network}_call"),
    "zero_weights": ("{network}_built", "{network}_call"),
    "scaled_twice": ("discriminator_call",),
    "trivial_statistic": ("discriminator_call",),
    "constant_condition": ("generator_call",),
    "condition_of_samples_differs": ("{network}_judges_samples",),
    "class_target_differs": ("{network}_loss", "{network}_judges_samples"),
    "condition_not_judged": ("generators_turn",),
    "same_labels_every_step": ("generator_call",),
    "swapped_pairs_not_noticed": ("discriminator_call",),
    "condition_ignored": ("generator_call",),
    "latents_ignored": ("generator_call",),
    "shared_weights": ("generator_built", "generator_call"),
    "shared_embedding": ("generator_built", "generator_call"),
    "only_real_rows_changed": ("discriminator_judges_samples",),
    "only_samples_changed": ("discriminator_call",),
    "unused_network_output": ("{network}_unused",),
    "samples_differ_between_turns": ("generators_turn",),
    "samples_from_untrained_network": ("{drawn}_drawn",),
    "average_never_moves": ("{drawn}_drawn",),
    "average_without_statistics": ("{drawn}_drawn",),
    "average_lags": ("{drawn}_drawn",),
    "latents_drawn_differently": ("{drawn}_drawn",),
    "samples_drawn_differ": ("{drawn}_drawn",),
    "generator_loss_without_samples": ("generator_loss", "generator_gradient"),
    "unbounded_critic": ("discriminator_loss", "discriminator_gradient"),
    "batch_norm_differs": ("generators_turn",),
    "no_nonlinearity": ("{network}_built", "{network}_call"),
    "collapsed_layers": ("{network}_built", "{network}_call"),
    "dead_units": ("{network}_built", "{network}_call"),
    "initial_scale": ("{network}_built", "{network}_call"),
    "ignored_input": ("{network}_built", "{network}_call"),
    "one_sided_range": ("discriminator_call",),
    "inference_batch_norm": ("{network}_call",),
    "batch_statistics_of_a_mixture": ("discriminator_call",),
    "batch_statistics_under_penalty": ("discriminator_call",),
    "sorted_batches": ("discriminator_call",),
    "few_real_rows": ("discriminator_call",),
    "same_latents": ("generator_call",),
    "latents_alike_in_a_batch": ("generator_call",),
    "latent_scale": ("generator_call",),
    "few_latent_numbers": ("generator_call",),
    "rate_decays_early": ("{network}_update",),
    "hardly_moves": ("{network}_update",),
    "steps_too_large": ("{network}_update",),
    "weights_shrink": ("{network}_update",),
    "optimizer_starts_again": ("{network}_update",),
    "stops_moving": ("{network}_update",),
    "trained_rarely": ("{network}_update",),
}


def _checked(one: Followed, found: Sequence[Finding]) -> list[str]:
    """Sentences about what was measured and shows nothing."""
    ids, before = {finding.id for finding in found if finding.severity != "note"}, one.before
    sentences = []
    for part, sentence, about in CHECKS:
        if _has(before, part) and not ids & set(about):
            sentences.append(sentence)
    for part, sentence, about in CHECKS_OVER_TIME:
        if len(one.rows) >= LOOKS_IN_A_ROW and part in one.over_time and not ids & set(about):
            sentences.append(sentence)
    if len(one.rows) >= LOOKS_IN_A_ROW and not ids & IN_TRAINING:
        sentences.append(f"losses, gradients and samples while training, at {len(one.rows)} steps")
    return sentences


CHECKS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("step.moved", "both networks are updated, each by an optimizer of its own", ("not_updated", "other_network_updated", "frozen_network")),
    ("step.gradients", "gradients reach all weights of both networks", ("gradient_cut", "partly_cut")),
    ("loss.undecided", "the losses want high scores for real rows and low ones for samples, and the generator the opposite", (
        "generator_sign", "labels_swapped", "broadcast_outputs", "samples_not_in_loss", "real_images_not_in_loss")),
    ("loss.surely_wrong", "the losses fit the discriminator's last activation", ("double_activation", "logits_as_probabilities")),
    ("data.low", "real images vary, and the generator reaches their range", ("range_mismatch", "range_unused", "constant_data")),
    ("generator.dead_units", "the generator's layers", ("no_nonlinearity", "dead_units", "initial_scale", "ignored_input")),
    ("discriminator.dead_units", "the discriminator's layers", ("no_nonlinearity", "dead_units", "initial_scale", "ignored_input")),
    ("optimizers.generator", "learning rates and momentum", ("learning_rate", "momentum")),
)  # fmt: skip

CHECKS_OVER_TIME: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("real_rows", "real rows are other ones in every step, in no order", ("few_real_rows", "sorted_batches", "tiny_batch")),
    ("latents", "the generator's noise is new in every step", ("same_latents", "latents_alike_in_a_batch", "latent_scale", "few_latent_numbers")),
    ("movement", "the weights of both networks move, and learning rates last", (
        "rate_decays_early", "optimizer_starts_again", "stops_moving", "hardly_moves", "steps_too_large", "weights_shrink", "trained_rarely")),
)  # fmt: skip


def _has(before: dict[str, Any], path: str) -> bool:
    part, name = path.split(".")
    value = before.get(part, {}).get(name)
    return value is not None and (not isinstance(value, dict) or bool(value and all(value.values())))


def _not_checked(one: Followed) -> dict[str, str]:
    """What is not known of a pair, and why."""
    failed = {finding.evidence["rule"]: finding.evidence["message"] for finding in diagnose(one.evidence) if finding.id == RULE_FAILED}
    undecided = one.before.get("loss", {}).get("undecided", {})
    for kind, rows in (("real", "real rows"), ("fake", "samples")):
        if "loss" in one.before and not undecided.get(kind):
            failed[f"what the losses want of {rows}"] = f"the gradients at the discriminator's outputs for {rows} sum to zero, or were not seen"
    return failed | dict(words for part, words in NOT_FOLLOWED.items() if part not in one.before)


def _networks(followed: Sequence[Followed]) -> list[dict[str, Any]]:
    """Each network once, with who updates it."""
    found: dict[int, dict[str, Any]] = {}
    for one in followed:
        for role, network in one.pair._asdict().items():
            moved = one.before.get("step", {}).get("moved")
            found[id(network)] = {
                "name": role,
                "role": role,
                "model": _name(network),
                "updated": None if moved is None else role in moved,
                "optimizer": one.before.get("optimizers", {}).get(role, {}).get("name"),
            }
    return list(found.values())


def _name(network: keras.Layer) -> str:
    return str(network.name)
