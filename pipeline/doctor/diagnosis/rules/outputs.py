"""Whether the losses fit the outputs that the discriminator can give.

`loss` of the evidence holds the losses' gradients while other outputs replace the discriminator's own: at both ends of what it can reach, or of what
logits usually are. "surely_wrong" is the end at which it is wrong, "surely_right" the other one; "rejected" and "accepted" are the same two ends for
the generator's loss.
"""

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule
from pipeline.doctor.diagnosis.rules.losses import broadcast_outputs, labels_at_random, loss_evidence, same_wanted_of_both
from pipeline.doctor.diagnosis.rules.networks import is_zero


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
    explained = (broadcast_outputs, labels_at_random, same_wanted_of_both)
    if not network or _gives_probabilities(network) or kind is None or any(other.check(evidence) for other in explained):
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
    "error",
    why="The discriminator's output is the same whatever it is given, so no network learns from it. A softmax over a single unit is always 1.",
    fix="Use a sigmoid for one unit, or no activation with a loss of logits.",
    settings={"discriminator_activation": "linear"},
    reference="Keras, keras.activations.softmax",
)
def constant_output(evidence: Evidence) -> Numbers | None:
    """The discriminator's outputs do not vary even where its inputs and last weights are a thousand times as large."""
    network = evidence.get("before", {}).get("discriminator", {})
    if not network.get("bounded") or network["reach_high"] - network["reach_low"] >= thresholds.CONSTANT or is_zero(network):
        return None
    return {"outputs_reach": [network["reach_low"], network["reach_high"]]}


@rule(
    "warning",
    why="The discriminator's outputs cannot fall below zero: where its last activation is zero, a row has no gradient and teaches nothing.",
    fix="Leave out the activation after the discriminator's last layer, or use a sigmoid with a loss of probabilities.",
    settings={"discriminator_activation": "linear"},
    reference="Maas et al. 2013, Rectifier nonlinearities improve neural network acoustic models",
)
def rectified_output(evidence: Evidence) -> Numbers | None:
    """The discriminator's outputs have a lower bound of zero and no upper one."""
    network = evidence.get("before", {}).get("discriminator", {})
    if network.get("bounded", True) or not 0 <= network["reach_low"] < thresholds.CONSTANT or is_zero(network):
        return None
    return {"outputs_reach": [network["reach_low"], network["reach_high"]]}


@rule(
    "warning",
    why="The generator's loss saturates: where the discriminator rejects a sample with certainty, as it does now, it has next to no gradient.",
    fix="Let the generator maximise log D(sample) instead of minimising log(1 - D(sample)).",
    settings={"objective": "non_saturating"},
    reference="Goodfellow et al. 2014, arXiv:1406.2661, section 3",
)
def saturating_loss(evidence: Evidence) -> Numbers | None:
    """The generator's gradient is far smaller at rejected samples than at accepted ones, and the discriminator tells almost all apart."""
    loss = loss_evidence(evidence)
    rejected, accepted = (loss.get(run, {}).get("fake") for run in ("rejected", "accepted"))
    recent = [row.get("real_fake_auc") for row in evidence.get("epochs", [])][-thresholds.LOOKS_TO_TELL :]
    if rejected is None or not accepted or abs(rejected) > thresholds.SATURATED * abs(accepted) or len(recent) < thresholds.LOOKS_TO_TELL:
        return None
    if any(auc is None or auc < thresholds.TOLD_APART for auc in recent):
        return None
    return {"gradient_at_rejected": rejected, "gradient_at_accepted": accepted, "real_fake_auc": recent[-1]}
