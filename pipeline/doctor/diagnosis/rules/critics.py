"""What bounds a critic: penalties on its gradients, clipped weights, normalisation."""

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule
from pipeline.doctor.diagnosis.rules.losses import loss_evidence
from pipeline.doctor.diagnosis.rules.updates import step_evidence


@rule(
    "warning",
    why="The step computes a gradient with respect to images or rows, as for a gradient penalty, and no loss depends on it: nothing is penalised.",
    fix="Add the penalty to the discriminator's loss, before the tape's gradient is asked for; a penalty outside of the tape has no effect.",
    reference="Gulrajani et al. 2017, arXiv:1704.00028; Mescheder et al. 2018, arXiv:1801.04406",
)
def penalty_not_in_loss(evidence: Evidence) -> Numbers | None:
    """A gradient with respect to what the discriminator is given reaches no loss."""
    return {"gradients_in_a_loss": "none"} if step_evidence(evidence).get("penalty_unused") else None


@rule(
    "warning",
    why="The penalty wants the critic's slope to be 1 between real rows and samples, and it stays far from that: the penalty has next to no weight, "
    "or is computed over the wrong axes.",
    fix="Take the norm of each row's gradient over all axes but the first, subtract 1, square, and weigh the mean by 10.",
    settings={"gradient_penalty": 10.0},
    reference="Gulrajani et al. 2017, arXiv:1704.00028, algorithm 1",
)
def penalised_slope(evidence: Evidence) -> Numbers | None:
    """At the last looks at a penalised critic of a Wasserstein loss the mean norm of its gradients is far from 1."""
    rows = list(evidence.get("epochs", []))
    slopes = [row["penalised_slope"] for row in rows if row.get("penalised_slope") is not None][-thresholds.LOOKS_TO_TELL :]
    steps = sum(row["steps"] for row in rows)
    if steps < thresholds.STEPS_TO_TELL or len(slopes) < thresholds.LOOKS_TO_TELL or not _is_wasserstein(evidence):
        return None
    far = all(slope < thresholds.LOWEST_SLOPE for slope in slopes) or all(slope > thresholds.HIGHEST_SLOPE for slope in slopes)
    return {"mean_slope": slopes[-1], "at_looks": len(slopes)} if far else None


@rule(
    "error",
    why="A Wasserstein loss grows without end with the critic's scores, and nothing bounds the critic: scores and gradients explode.",
    fix="Penalise the critic's gradients (WGAN-GP), clip its weights after every update, or normalise them spectrally.",
    settings={"gradient_penalty": 10.0},
    reference="Arjovsky et al. 2017, arXiv:1701.07875; Gulrajani et al. 2017, arXiv:1704.00028",
)
def unbounded_critic(evidence: Evidence) -> Numbers | None:
    """The loss is a linear function of the scores, and the critic is neither penalised, nor clipped, nor normalised."""
    network, step = evidence.get("before", {}).get("discriminator", {}), step_evidence(evidence)
    held = network.get("bounded", True) or network.get("clipped", True) or network.get("normalised", True)
    penalised = step.get("penalises_gradients", True) and not step.get("penalty_unused", False)
    if held or penalised or not _is_wasserstein(evidence):
        return None
    loss = loss_evidence(evidence)
    return {
        "gradient_at_any_real_score": loss["surely_wrong"]["real"],
        "gradient_at_any_score_of_samples": loss["surely_wrong"]["fake"],
    }


def _is_wasserstein(evidence: Evidence) -> bool:
    """Whether the loss is a linear function of the scores."""
    loss = loss_evidence(evidence)
    gradients = [loss.get(run, {}).get(kind) for kind in ("real", "fake") for run in ("surely_wrong", "undecided", "surely_right")]
    return None not in gradients and _is_linear(gradients[:3]) and _is_linear(gradients[3:])


def _is_linear(gradients: list[float]) -> bool:
    """Whether a loss has the same gradient at distant outputs."""
    largest = max(map(abs, gradients))
    return largest > thresholds.NO_OUTPUT_GRADIENT and max(gradients) - min(gradients) < thresholds.LINEAR_LOSS * largest
