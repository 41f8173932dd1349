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
    why="The penalty is not lowest where each row's gradient has the length 1: without a square it is lowest where there is no slope at all, and "
    "with one norm over the whole batch where the rows' slopes together have the length 1. The critic becomes flat.",
    fix="Take the norm of each row's gradient over all axes but the first, subtract 1, square, and only then take the mean over the rows.",
    reference="Gulrajani et al. 2017, arXiv:1704.00028, algorithm 1",
)
def penalty_wants_no_slope(evidence: Evidence) -> Numbers | None:
    """The penalty of a critic is a linear function of the rows' slopes, or lowest at a slope of 1 over the root of their number."""
    penalty = _penalty(evidence)
    if not penalty or not _is_wasserstein(evidence):
        return None
    if penalty["shape"] == "linear":
        return {"penalty": "a linear function of the slope", "weight": penalty["weight"]} if penalty["weight"] > 0 else None
    of_batch = penalty["rows"] ** -0.5
    over_batch = penalty["rows"] >= thresholds.ROWS_TO_TELL and abs(penalty["wanted"] - of_batch) < thresholds.WANTED_SLOPE * of_batch
    return {"slope_of_a_row_where_the_penalty_is_lowest": penalty["wanted"], "rows": penalty["rows"]} if over_batch else None


@rule(
    "error",
    why="The penalty takes the norm of a part of each row's gradient, such as of every line of an image by itself, and wants 1 of each: it is lowest "
    "where the whole gradient is the root of their number times as long, and bounds the critic that much less.",
    fix="Flatten each row's gradient, or take its norm over all axes but the first (axis=[1, 2, 3] of images).",
    reference="Gulrajani et al. 2017, arXiv:1704.00028, algorithm 1",
)
def penalty_of_parts(evidence: Evidence) -> Numbers | None:
    """The penalty of a critic is lowest at a slope of about the root of an axis' length, and not at 1."""
    penalty = _penalty(evidence)
    if penalty.get("shape") != "parabola" or not _is_wasserstein(evidence):
        return None
    roots = [length**0.5 for length in penalty["axes"] if length**0.5 * thresholds.PARTS_OF_A_SLOPE > 1 + thresholds.WANTED_SLOPE]
    if not any(root * thresholds.PARTS_OF_A_SLOPE < penalty["wanted"] < root * (1 + thresholds.WANTED_SLOPE) for root in roots):
        return None
    return {"slope_where_the_penalty_is_lowest": penalty["wanted"], "axes_of_a_row": penalty["axes"]}


@rule(
    "warning",
    why="The penalty wants the critic's slope to be 1, and takes gradients at the real rows themselves: between real rows and samples nothing bounds "
    "the slope, and there the generator has to find its way.",
    fix="Take the gradients at random points between each real row and a sample: epsilon * real + (1 - epsilon) * fake.",
    reference="Gulrajani et al. 2017, arXiv:1704.00028, algorithm 1",
)
def penalty_at_real_rows(evidence: Evidence) -> Numbers | None:
    """A critic's penalty that is lowest at a slope of 1 takes gradients at no other points than the rows that the step is given."""
    penalty = _penalty(evidence)
    wanted = penalty.get("wanted", 0.0) if _is_wasserstein(evidence) else 0.0
    return {"slope_wanted": wanted, "at": "real rows alone"} if _is_one(wanted) and penalty["at_real_rows"] else None


@rule(
    "warning",
    why="The weight of the gradient penalty is far from any that is known to work: with next to none the critic is not bounded, and with a very "
    "large one it learns to be flat and nothing else.",
    fix="Weigh a penalty that wants the slope 1 by 10 (WGAN-GP), and one that wants none by 0.1 to 10 (R1).",
    settings={"gradient_penalty": 10.0},
    reference="Gulrajani et al. 2017, arXiv:1704.00028; Mescheder et al. 2018, arXiv:1801.04406",
)
def penalty_weight(evidence: Evidence) -> Numbers | None:
    """The square of the slope is weighed thousands of times; or next to nothing, where only the penalty bounds a critic."""
    penalty = _penalty(evidence)
    if penalty.get("shape") != "parabola" or penalty_wants_no_slope.check(evidence):
        return None
    tiny = _is_wasserstein(evidence) and _is_one(penalty["wanted"]) and penalty["weight"] < thresholds.LIGHTEST_PENALTY
    return {"weight_of_the_square": penalty["weight"]} if tiny or penalty["weight"] > thresholds.HEAVIEST_PENALTY else None


def _penalty(evidence: Evidence) -> Numbers:
    return dict(evidence.get("before", {}).get("penalty", {}))


def _is_one(wanted: float) -> bool:
    return abs(wanted - 1) < thresholds.WANTED_SLOPE


@rule(
    "error",
    why="Keras' spectral normalisation divides weights by their norm only in calls with training=True, and there are none: its layers do nothing, "
    "and the network is not bounded.",
    fix="Call the discriminator with training=True in its own turn.",
    reference="Keras, keras.layers.SpectralNormalization; Miyato et al. 2018, arXiv:1802.05957",
)
def spectral_norm_at_rest(evidence: Evidence) -> Numbers | None:
    """A training step leaves all vectors of a network's spectral normalisation as they were."""
    moved = step_evidence(evidence).get("spectral_vectors_moved", {})
    found = [name for name, value in moved.items() if value is False]
    return {"networks": found} if found else None


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
