"""What the losses want of a discriminator's outputs, in the form that the rules read."""

from typing import Any

import numpy as np

from pipeline.doctor.evidence.loss_gradients import UNDECIDED, ends_of, means, pairs_every_with_every
from pipeline.doctor.evidence.step_recorder import FAKE, REAL
from pipeline.doctor.tracing.guard import Guard
from pipeline.doctor.tracing.kinds import depends_on_kind, minority
from pipeline.doctor.tracing.look import UNTOUCHED
from pipeline.doctor.tracing.losses import Losses

Evidence = dict[str, Any]


def describe_wanted(losses: Losses, discriminator: Evidence, guard: Guard) -> Evidence | None:
    """Mean gradients of both losses at the discriminator's outputs: untouched, and with other outputs that it could give in their place.

    `values` has the losses themselves with those other outputs, as far as later looks show the same sum.

    Args:
        losses: both losses.
        discriminator: what was measured of the discriminator.
        guard: notes what was not tried.
    """
    score = losses.score
    if score is None:
        return None
    sign = float(score.direction[0]) if len(score.direction) == 1 else 1.0
    found: Evidence = {"real_is_up": sign > 0, "undecided": _means(losses.gradients("discriminator"), sign)}
    found["rejected"] = _means(losses.gradients("generator"), sign)
    found["depends_on_kind"] = depends_on_kind(losses)
    if len(score.direction) != 1 or not all(given.look.replaceable for given in losses.given):
        guard.not_checked.setdefault(UNTOUCHED, "The discriminator's outputs could not be replaced one by one.")
        return found
    ends = sorted(sign * end for end in ends_of(discriminator))
    middle = sum(ends) / 2 if discriminator["bounded"] else sign * UNDECIDED

    def at(network: str, real: Any, fake: Any) -> dict[str, np.ndarray]:
        return losses.with_outputs(network, real, fake)

    values: dict[str, float | None] = {}
    for network, name, real, fake in (
        ("discriminator", "undecided", middle, middle),
        ("generator", "rejected", ends[1], ends[0]),
        ("generator", "accepted", ends[0], ends[1]),
        ("discriminator", "surely_wrong", ends[0], ends[1]),
        ("discriminator", "surely_right", ends[1], ends[0]),
    ):
        records = losses.records_with_outputs(real, fake)
        gradients = losses.gradients(network, records)
        found[name] = _means(gradients, sign)
        values[name] = losses.value(network, records)
        if name == "undecided":
            found["minority"] = minority(losses, records)
    if _in_turn(losses):
        values = {name: value for name, value in values.items() if name in ("rejected", "accepted")}
    return found | {"values": values, "pairs_every_with_every": not discriminator["bounded"] and pairs_every_with_every(at)}


def _in_turn(losses: Losses) -> bool:
    """Whether a function is given real rows in one call and samples in another: then no later look shows the whole loss."""
    kinds: dict[int, dict[int, set[str]]] = {}
    for given in losses.calls_in_turn("discriminator"):
        kinds.setdefault(id(getattr(given.look, "traces", given.look)), {}).setdefault(id(given.look), set()).update(given.kinds.tolist())
    return any(len(looks) > 1 and not all({REAL, FAKE} <= each for each in looks.values()) for looks in kinds.values())


def _means(gradients: dict[str, np.ndarray], sign: float) -> dict[str, float | None]:
    """Mean gradients at the output itself, which rises with the score or falls with it."""
    return means({kind: sign * values for kind, values in gradients.items()})
