"""What was measured of a pair and shows nothing, in sentences."""

from collections.abc import Sequence
from typing import Any

from pipeline.doctor.diagnosis.diagnose import IN_TRAINING
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.tracing.followed import Followed

LOOKS_IN_A_ROW = 3


def what_holds(one: Followed, found: Sequence[Finding]) -> list[str]:
    """Sentences about what was measured and shows nothing."""
    ids, before = {finding.id for finding in found if finding.severity != "note"}, one.before
    sentences = []
    for part, sentence, about in CHECKS:
        if all(_has(before, path) for path in part.split()) and not ids & set(about):
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
    ("loss.undecided loss.rejected", "the losses want high scores for real rows and low ones for samples, and the generator the opposite", (
        "generator_sign", "labels_swapped", "broadcast_outputs", "samples_not_in_loss", "real_images_not_in_loss")),
    ("loss.surely_wrong", "the losses fit the discriminator's last activation", ("double_activation", "logits_as_probabilities")),
    ("data.sd_between", "real images vary, and the generator reaches their range", ("range_mismatch", "range_unused", "constant_data")),
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
