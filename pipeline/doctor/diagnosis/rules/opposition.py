"""Whether the generator is trained against the discriminator, measured over several steps."""

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule


@rule(
    "error",
    why="Both networks make one and the same loss smaller: nothing sets them against each other. The discriminator is trained to accept samples, or "
    "the generator to be recognised.",
    fix="Give each network the gradient of its own loss alone, for its own variables: do not add both losses up. With one loss for both, turn the "
    "gradient round between them (a gradient reversal layer).",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1; Ganin et al. 2016, arXiv:1505.07818",
)
def one_loss_for_both(evidence: Evidence) -> Numbers | None:
    """At every look both networks move down the gradient of one number, and nothing turns that gradient round on its way."""
    found = _opposition(evidence)
    return {"looks": found["looks"], "with_one_loss": found["same_loss"]} if found and found["same_loss"] == found["looks"] else None


@rule(
    "error",
    why="The generator's gradient does not depend on the discriminator: the discriminator learns to judge its samples, and the generator is trained "
    "by other terms alone.",
    fix="Add to the generator's loss what the discriminator says of its samples, computed inside of the generator's tape.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def discriminator_not_asked(evidence: Evidence) -> Numbers | None:
    """At no look does anything that moves the generator depend on the weights of the discriminator that is trained on its samples."""
    found = _opposition(evidence)
    learns = evidence.get("before", {}).get("step", {}).get("learns_from", {}).get("discriminator", [])
    return {"generator_looks": found["looks"], "dependent_on_the_discriminator": 0} if found and not found["dependent"] and "fake" in learns else None


@rule(
    "warning",
    why="Another term of the generator's loss is so large that what the discriminator says has next to no part in its gradient: this is no "
    "adversarial training.",
    fix="Give the other term a lower weight: a mean over pixels, not a sum, with a factor of 10 to 100.",
    reference="Isola et al. 2017, arXiv:1611.07004, section 3.1",
)
def adversarial_part_lost(evidence: Evidence) -> Numbers | None:
    """At every look the discriminator's part of the generator's gradient is less than a thousandth of the other parts."""
    found = _opposition(evidence)
    if not found or not found["dependent"] or found.get("shares", 0) < thresholds.LOOKS_TO_TELL:
        return None
    return {"generator_largest_share": found["largest_share"], "looks": found["shares"]} if found["largest_share"] < thresholds.ADVERSARIAL else None


def _opposition(evidence: Evidence) -> Numbers:
    """What is known after enough looks."""
    found = dict(evidence.get("over_time", {}).get("opposition", {}))
    return found if found.get("looks", 0) >= thresholds.LOOKS_TO_TELL else {}
