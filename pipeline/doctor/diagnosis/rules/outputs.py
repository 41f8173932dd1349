"""Whether the losses fit the outputs that the discriminator can give.

`loss` of the evidence holds the losses' gradients while other outputs replace the discriminator's own: at both ends of what it can reach, or of what
logits usually are. "surely_wrong" is the end at which it is wrong, "surely_right" the other one; "rejected" and "accepted" are the same two ends for
the generator's loss.
"""

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule
from pipeline.doctor.diagnosis.rules.losses import broadcast_outputs, labels_at_random, loss_evidence
from pipeline.doctor.diagnosis.rules.updates import step_evidence


@rule(
    "error",
    why="The discriminator's outputs are bounded by an activation, and its loss is one for outputs without bounds: a loss of logits applies its own "
    "sigmoid to outputs of a sigmoid, and hinge and Wasserstein losses want scores that a sigmoid cannot give. Gradients stay small.",
    fix="Leave out the activation after the discriminator's last layer: the loss takes raw logits or scores.",
    settings={"discriminator_activation": "linear"},
    reference="TensorFlow, tf.nn.sigmoid_cross_entropy_with_logits: its inputs are logits",
)
def double_activation(evidence: Evidence) -> Numbers | None:
    """Near both ends of the outputs' range the loss pulls outwards with much the same strength: it does not know of the bounds."""
    loss, network = loss_evidence(evidence), evidence.get("before", {}).get("discriminator", {})
    if not network.get("bounded") or network["reach_high"] - network["reach_low"] < thresholds.CONSTANT or activation_over_batch.check(evidence):
        return None
    ends = {f"discriminator_{kind}": _at_ends(loss, "surely_wrong", "surely_right", kind) for kind in ("real", "fake")}
    ends |= {"generator_fake": _at_ends(loss, "rejected", "accepted", "fake")}
    found = {f"gradients_{name}": pair for name, pair in ends.items() if pair and _same_pull(*pair)}
    return {"outputs_reach": [network["reach_low"], network["reach_high"]]} | found if found else None


def _at_ends(loss: Numbers, wrong: str, right: str, kind: str) -> list[float] | None:
    """The gradients at the two ends of a bounded output's range."""
    pair = [loss.get(run, {}).get(kind) for run in (wrong, right)]
    return None if None in pair else pair


def _same_pull(one: float, other: float) -> bool:
    """Whether both gradients have the same sign, and neither is small beside the other."""
    return one * other > 0 and min(abs(one), abs(other)) > thresholds.GRADIENT_AT_BOUNDS * max(abs(one), abs(other))


@rule(
    "error",
    why="The loss expects probabilities and gets raw logits: outside of [0, 1] it has no gradient, or a wrong one.",
    fix="Use the loss's form for logits (from_logits=True). A sigmoid after the last layer also works, but is less exact.",
    reference="Keras, keras.losses.BinaryCrossentropy: from_logits",
)
def logits_as_probabilities(evidence: Evidence) -> Numbers | None:
    """The discriminator is not bounded to [0, 1], and the loss has no right gradient outside of it."""
    loss, network = loss_evidence(evidence), evidence.get("before", {}).get("discriminator", {})
    kind = next((kind for kind in ("real", "fake") if _expects_probabilities(loss, kind)), None)
    if not network or _gives_probabilities(network) or kind is None or broadcast_outputs.check(evidence) or labels_at_random.check(evidence):
        return None
    return {"outputs_reach": [network["reach_low"], network["reach_high"]], "gradient_at_a_wrong_output": loss["surely_wrong"][kind]}


def _gives_probabilities(network: Numbers) -> bool:
    """Whether its outputs are bounded to [0, 1]."""
    slack = thresholds.PROBABILITY_SLACK
    return bool(network["bounded"]) and network["reach_low"] >= -slack and network["reach_high"] <= 1 + slack


def _expects_probabilities(loss: Numbers, kind: str) -> bool:
    """Whether the gradient vanishes, or turns the wrong way, where a row gets a wrong output that no probability can be."""
    if kind not in loss.get("surely_wrong", {}):
        return False
    at_wrong, undecided = loss["surely_wrong"][kind], loss.get("undecided", {}).get(kind)
    return bool(undecided) and (at_wrong is None or at_wrong * undecided <= 0 or abs(at_wrong) < thresholds.NO_OUTPUT_GRADIENT)


@rule(
    "error",
    why="The discriminator's last activation works over the batch, not over each row's own outputs: a row's output depends on the other rows, and "
    "all of them together are worth as much as one.",
    fix="Apply the softmax to the last axis, or use one output without an activation.",
    reference="Keras, keras.activations.softmax: axis",
)
def activation_over_batch(evidence: Evidence) -> Numbers | None:
    """Each of the discriminator's outputs sums to one over the rows of a batch."""
    summed = evidence.get("before", {}).get("discriminator", {}).get("sums_to_one_over_batch")
    return {"outputs_sum_to_one": "over the rows of the batch"} if summed else None


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
