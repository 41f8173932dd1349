"""What the losses want of a discriminator's outputs, in the form that the rules read."""

from typing import Any

import numpy as np

from pipeline.doctor.evidence.loss_gradients import UNDECIDED, ends_of, means, pairs_every_with_every
from pipeline.doctor.tracing.guard import Guard
from pipeline.doctor.tracing.look import UNTOUCHED
from pipeline.doctor.tracing.losses import Losses
from pipeline.doctor.tracing.targets import depends_on_kind, targets

Evidence = dict[str, Any]


def describe_wanted(losses: Losses, discriminator: Evidence, guard: Guard) -> Evidence | None:
    """Mean gradients of both losses at the discriminator's outputs: untouched, and with other outputs that it could give in their place.

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
    middle = sum(ends) / 2 if discriminator["bounded"] else UNDECIDED

    def at(network: str, real: Any, fake: Any) -> dict[str, np.ndarray]:
        return losses.with_outputs(network, real, fake)

    untold = at("discriminator", middle, middle)
    found |= {
        "undecided": _means(untold, sign),
        "minority": {kind: float(min(np.mean(values > 0), np.mean(values < 0))) for kind, values in untold.items()},
        "rejected": _means(at("generator", ends[1], ends[0]), sign),
        "accepted": _means(at("generator", ends[0], ends[1]), sign),
        "surely_wrong": _means(at("discriminator", ends[0], ends[1]), sign),
        "surely_right": _means(at("discriminator", ends[1], ends[0]), sign),
        "pairs_every_with_every": not discriminator["bounded"] and pairs_every_with_every(at),
    }
    return found | {"targets": targets(found, sign, [ends[0], middle, ends[1]], bool(discriminator["bounded"]))}


def _means(gradients: dict[str, np.ndarray], sign: float) -> dict[str, float | None]:
    """Mean gradients at the output itself, which rises with the score or falls with it."""
    return means({kind: sign * values for kind, values in gradients.items()})
