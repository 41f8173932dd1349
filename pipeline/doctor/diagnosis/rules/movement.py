"""What is wrong with how far training moves the weights, measured over a whole training.

`movement` of the evidence holds for each network a row for each look: the step, the learning rate and the number of updates of its optimizer then,
and the size of one update relative to that of the weights.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule
from pipeline.doctor.diagnosis.loss_family import WASSERSTEIN, loss_family
from pipeline.doctor.diagnosis.rules.gradients import not_finite


def movement(evidence: Evidence) -> dict[str, Numbers]:
    """What was measured of each network's weights; empty if nothing was, or if they are not numbers any more."""
    return {} if not_finite.check(evidence) else dict(evidence.get("over_time", {}).get("movement", {}))


@rule(
    "error",
    why="The learning rate has fallen to nothing while most of the training was still to come: from then on the weights stay as they are.",
    fix="Let the schedule last as long as the training: most count optimizer steps, not epochs. Begin with a constant rate.",
    reference="Keras, keras.optimizers.schedules.LearningRateSchedule: step is the number of updates",
)
def rate_decays_early(evidence: Evidence) -> Numbers | None:
    """At half of the training a learning rate is below a hundredth of its first value."""
    return _of_networks(evidence, _early)


def _early(of: Numbers) -> Numbers | None:
    rows = of["rows"]
    if len(rows) < thresholds.LOOKS_AT_MOVEMENT:
        return None
    highest = max(row["rate"] for row in rows)
    low = [row for row in rows if row["rate"] < thresholds.RATE_LEFT * highest]
    if not low or low[0]["step"] > of["steps"] / 2 or low != rows[-len(low) :]:
        return None
    return {"learning_rate_at_first": highest, "rate": low[0]["rate"], "at_step": low[0]["step"]}


@rule(
    "error",
    why="The weights of a network hardly move: after all these steps they are next to where they began, so it has learnt nothing.",
    fix="Raise its learning rate; with plain SGD rates are a hundred times those of Adam. Look for a clipped or scaled gradient.",
    reference="Kingma and Ba 2015, arXiv:1412.6980, section 2.1",
)
def hardly_moves(evidence: Evidence) -> Numbers | None:
    """A network's weights are within a few hundredths of their first values after many steps, though every step is small and none is missing."""
    if rate_decays_early.check(evidence) or optimizer_starts_again.check(evidence):
        return None
    return _of_networks(evidence, _still)


def _still(of: Numbers) -> Numbers | None:
    moved = of.get("moved_from_start")
    if moved is None or of["steps"] < thresholds.STEPS_TO_TELL or moved >= thresholds.HARDLY_MOVED:
        return None
    return {"moved": moved, "steps": of["steps"], "learning_rate": of["rows"][-1]["rate"]}


@rule(
    "warning",
    why="Every step changes the weights by a large part of their size: what was learnt before is overwritten.",
    fix="Lower its learning rate.",
    reference="Bottou 2012, Stochastic gradient descent tricks",
)
def steps_too_large(evidence: Evidence) -> Numbers | None:
    """One update is more than a tenth of the weights, or the weights have become many times as large as at first."""
    return _of_networks(evidence, _large)


def _large(of: Numbers) -> Numbers | None:
    updates = sorted(row["update"] for row in of["rows"][1:])  # Adam's first step is its largest
    if len(updates) < thresholds.LOOKS_AT_MOVEMENT:
        return None
    middle, size = updates[len(updates) // 2], of.get("size", 1.0)
    if middle < thresholds.LARGE_STEP and size < thresholds.GROWN:
        return None
    return {"update_over_weights": middle, "size_over_first_size": size, "learning_rate": of["rows"][-1]["rate"]}


@rule(
    "error",
    why="Weights shrink towards zero: a penalty or decay on them is stronger than what the losses teach.",
    fix="Lower or leave out the weight decay or the kernel regulariser.",
    reference="Loshchilov and Hutter 2019, arXiv:1711.05101",
)
def weights_shrink(evidence: Evidence) -> Numbers | None:
    """A network's weights have a fraction of the size that they began with."""
    return _of_networks(evidence, lambda of: {"size_over_first_size": of["size"]} if of.get("size", 1.0) < thresholds.SHRUNK else None)


@rule(
    "warning",
    why="The optimizer begins anew again and again: it forgets its averages over past gradients, and its first steps are its largest.",
    fix="Make the optimizer, and compile the model, once, before the loop.",
    reference="Kingma and Ba 2015, arXiv:1412.6980, section 3",
)
def optimizer_starts_again(evidence: Evidence) -> Numbers | None:
    """Later in the training the optimizer has made fewer steps than before, or next to none."""
    return _of_networks(evidence, _again)


def _again(of: Numbers) -> Numbers | None:
    pairs = list(pairwise(of["rows"]))
    back = [row for before, row in pairs if row["iterations"] < before["iterations"] or row["iterations"] == before["iterations"] == 1]
    if len(back) < 2 or len(back) < len(pairs) / 3:
        return None
    return {"updates_of_the_optimizer": back[-1]["iterations"], "at_step": back[-1]["step"]}


@rule(
    "warning",
    why="One network is moved many times as far in each of its updates as the other one, which cannot follow.",
    fix="Begin with the same optimizer and learning rate for both, 0.0002 with Adam, and keep one within a few times the other.",
    reference="Heusel et al. 2017, arXiv:1706.08500",
)
def updates_far_apart(evidence: Evidence) -> Numbers | None:
    """In the middle of all looks one network's update, relative to its weights, is many times that of the other one.

    Not where spectral normalisation rescales weights in the step: what that moves is no update.
    """
    if any(evidence.get("before", {}).get("step", {}).get("spectral_vectors_moved", {}).values()):
        return None
    if any(other.check(evidence) for other in (rate_decays_early, hardly_moves, stops_moving, steps_too_large)):
        return None
    updates = {name: [row["update"] for row in of["rows"][1:] if row["update"] > 0] for name, of in movement(evidence).items()}
    if len(updates) < 2 or min(map(len, updates.values())) < thresholds.LOOKS_AT_MOVEMENT:
        return None
    middle = {name: sorted(sizes)[len(sizes) // 2] for name, sizes in updates.items()}
    if max(middle.values()) < thresholds.UPDATES_APART * min(middle.values()):
        return None
    return {f"{name}_update_over_weights": size for name, size in sorted(middle.items(), key=lambda item: item[1])}


@rule(
    "error",
    why="A network is no longer trained: its weights stay as they are while training goes on.",
    fix="Look at what freezes it: a trainable flag that is not switched back, a condition in the loop, a gradient that has become zero.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def stops_moving(evidence: Evidence) -> Numbers | None:
    """A network that moved at first has the same weights at each of the last looks, although its optimizer has a learning rate."""
    return None if rate_decays_early.check(evidence) else _of_networks(evidence, _stopped)


def _stopped(of: Numbers) -> Numbers | None:
    still = [row["same_as_before"] for row in of["rows"]]
    looks = len(still) - max([place for place, same in enumerate(still) if not same], default=0) - 1
    if looks < thresholds.LOOKS_TO_TELL or looks == len(still) - 1:
        return None
    return {"still_since_step": of["rows"][-looks - 1]["step"]}


@rule(
    "warning",
    why="One network is trained many times as often as the other one, which cannot follow.",
    fix="Train both in every step; a critic of a Wasserstein loss five times.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1; Gulrajani et al. 2017, arXiv:1704.00028",
)
def trained_rarely(evidence: Evidence) -> Numbers | None:
    """One network has had many times as many updates as the other, or the generator more than a critic with a Wasserstein loss."""
    if optimizer_starts_again.check(evidence):
        return None
    updates = {name: _updates(of) for name, of in movement(evidence).items() if len(of["rows"]) >= thresholds.LOOKS_TO_TELL}
    if len(updates) < 2:
        return None
    many = updates["discriminator"] > thresholds.CRITIC_UPDATES * updates["generator"]
    most = thresholds.UPDATES_AGAINST_A_CRITIC if loss_family(evidence) == WASSERSTEIN else thresholds.GENERATOR_UPDATES
    few = updates["generator"] > most * updates["discriminator"]
    return {f"updates_of_{name}": number for name, number in updates.items()} if many or few else None


def _updates(of: Numbers) -> int:
    """The updates of a network's optimizer until now: the last look at it may be long ago."""
    last = of["rows"][-1]
    return max(round(last["iterations"] * max(of["steps"] / last["step"], 1)), 1)


def _of_networks(evidence: Evidence, check: Callable[[Numbers], Numbers | None]) -> Numbers | None:
    """What a check finds, under each network's name."""
    found: dict[str, Any] = {}
    for name, of in movement(evidence).items():
        found |= {f"{name}_{key}": value for key, value in (check(of) or {}).items()}
    return found or None
