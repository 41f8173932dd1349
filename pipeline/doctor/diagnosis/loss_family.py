"""Which family of losses a GAN trains with, from the gradients of its losses at chosen outputs of the discriminator.

`loss` of the evidence holds those gradients, by kind of row, in the direction of the output itself: at the wrong end of the outputs, at the right
end, and between ("undecided"); of the generator's loss where samples are "rejected" and "accepted". A family counts only if the same one explains
the gradients for real rows and for samples, and no other does: otherwise it is not known.
"""

from typing import Any, NamedTuple

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence
from pipeline.doctor.diagnosis.loss_shapes import HINGE, LINEAR, LOGITS, PROBABILITIES, SQUARES, Shape, Term, fitted, same

LOGISTIC, RELATIVISTIC, LEAST_SQUARES = "logistic", "relativistic logistic", "least squares"
HINGE_LOSS, WASSERSTEIN = "hinge", "Wasserstein"
FAMILIES = (LOGISTIC, RELATIVISTIC, LEAST_SQUARES, HINGE_LOSS, WASSERSTEIN)
NON_SATURATING, SATURATING, CONSTANT = "non-saturating", "saturating", "linear"
SURE, INSIDE, MIDDLE = 3.0, 0.02, 0.5  # where the outputs were replaced: logits; of a bounded range, from its ends; between
DISCRIMINATORS_RUNS = ("surely_wrong", "undecided", "surely_right")
GENERATORS_RUNS = ("rejected", "accepted")


class DiscriminatorLoss(NamedTuple):
    """The discriminator's loss: its family, and its terms about real rows and about samples. A relativistic one has one term, about differences."""

    family: str
    shape: Shape
    real: Term
    fake: Term


class GeneratorLoss(NamedTuple):
    """The generator's loss: "non-saturating", "saturating" (minimax), "linear" or "least squares", and its term."""

    form: str
    shape: Shape
    term: Term


def loss_family(evidence: Evidence) -> str | None:
    """One of `FAMILIES`; None if it cannot be told."""
    found = discriminator_loss(evidence)
    return found.family if found else None


def generator_form(evidence: Evidence) -> str | None:
    """The form of the generator's loss; None if it cannot be told."""
    found = generator_loss(evidence)
    return found.form if found else None


def ends(evidence: Evidence) -> tuple[float, float]:
    """The two outputs at which the discriminator is sure: that a row is a sample, and that it is real."""
    before = evidence["before"]
    network = before["discriminator"]
    low, high = -SURE, SURE
    if network["bounded"]:
        margin = INSIDE * (network["reach_high"] - network["reach_low"])
        low, high = network["reach_low"] + margin, network["reach_high"] - margin
    return (low, high) if before["loss"]["real_is_up"] else (high, low)


def discriminator_loss(evidence: Evidence) -> DiscriminatorLoss | None:
    """What the discriminator minimises; None if it cannot be told."""
    network = evidence.get("before", {}).get("discriminator", {})
    real, fake = (_gradients(evidence, DISCRIMINATORS_RUNS, kind) for kind in ("real", "fake"))
    if real is None or fake is None or "bounded" not in network or real[0] * fake[0] >= 0:
        return None
    low, high = ends(evidence)
    if low == high:
        return None
    middle = (low + high) / 2 if network["bounded"] else MIDDLE
    if not network["bounded"]:
        linear = _of_scores(real, fake)
        if linear:
            return linear
    tried = [(LOGISTIC, LOGITS), (LEAST_SQUARES, SQUARES)]
    tried += [(LOGISTIC, PROBABILITIES)] if network["bounded"] and min(low, high) > 0 and max(low, high) < 1 else []
    fits = [_fit(name, shape, [low, middle, high], real, [high, middle, low], fake) for name, shape in tried]
    if not network["bounded"] and all(same(one, -other, real[0]) for one, other in zip(real, fake, strict=True)):
        apart = [low - high, 0.0, high - low]
        fits.append(_fit(RELATIVISTIC, LOGITS, apart, real, apart, [-gradient for gradient in fake]))
    fits.sort(key=lambda fit: fit[1])
    (found, error), (_, next_error) = fits[:2]
    certain = error < thresholds.LINEAR_LOSS and next_error > 2 * error + thresholds.LINEAR_LOSS / 2
    return found if certain and _is_sound(found) else None


def logistic_targets(evidence: Evidence) -> dict[str, float]:
    """The targets of a logistic loss for real rows and for samples, sound or not; empty for any other loss."""
    network = evidence.get("before", {}).get("discriminator", {})
    real, fake = (_gradients(evidence, DISCRIMINATORS_RUNS, kind) for kind in ("real", "fake"))
    if real is None or fake is None or "bounded" not in network:
        return {}
    low, high = ends(evidence)
    if low == high or (network["bounded"] and not (min(low, high) > 0 and max(low, high) < 1)):
        return {}
    shape, middle = (PROBABILITIES, (low + high) / 2) if network["bounded"] else (LOGITS, MIDDLE)
    found, error = _fit(LOGISTIC, shape, [low, middle, high], real, [high, middle, low], fake)
    known = error < thresholds.LINEAR_LOSS and min(found.real.weight, found.fake.weight) > 0
    return {"real": found.real.target, "fake": found.fake.target} if known else {}


def _gradients(evidence: Evidence, runs: tuple[str, ...], kind: str) -> list[float] | None:
    """The gradients of several runs; None if one is missing or not finite, or if all are too small to tell."""
    loss = evidence.get("before", {}).get("loss", {})
    found: list[Any] = [loss.get(run, {}).get(kind) for run in runs]
    if None in found or "real_is_up" not in loss or loss.get("pairs_every_with_every"):
        return None
    return found if max(map(abs, found)) > thresholds.NO_OUTPUT_GRADIENT else None


def _of_scores(real: list[float], fake: list[float]) -> DiscriminatorLoss | None:
    """A Wasserstein loss has the same gradient everywhere, a hinge loss has none at the right end."""
    found = [HINGE.term(-gradients[0], 0.0) for gradients in (real, fake)]
    if not all(same(gradients[0], gradients[1], gradients[0]) for gradients in (real, fake)):
        return None
    if all(same(gradients[0], gradients[2], gradients[0]) for gradients in (real, fake)):
        return DiscriminatorLoss(WASSERSTEIN, LINEAR, *found)
    return DiscriminatorLoss(HINGE_LOSS, HINGE, *found) if all(same(each[2], 0.0, each[0]) for each in (real, fake)) else None


def _fit(
    family: str, shape: Shape, at_real: list[float], real: list[float], at_fake: list[float], fake: list[float]
) -> tuple[DiscriminatorLoss, float]:
    (of_real, error), (of_fake, other) = fitted(shape, at_real, real), fitted(shape, at_fake, fake)
    return DiscriminatorLoss(family, shape, of_real, of_fake), max(error, other)


def _is_sound(found: DiscriminatorLoss) -> bool:
    """Whether weights are positive, and the targets of logistic losses labels."""
    slack = thresholds.LINEAR_LOSS
    labels = all(-slack <= term.target <= 1 + slack for term in (found.real, found.fake))
    return min(found.real.weight, found.fake.weight) > 0 and (labels or found.family == LEAST_SQUARES)


def generator_loss(evidence: Evidence) -> GeneratorLoss | None:
    """What the generator minimises; None if the discriminator's loss is not known, or its own is of another kind."""
    of_discriminator, gradients = discriminator_loss(evidence), _gradients(evidence, GENERATORS_RUNS, "fake")
    if of_discriminator is None or gradients is None:
        return None
    low, high = ends(evidence)
    if same(gradients[0], gradients[1], gradients[0]) and not evidence["before"]["discriminator"]["bounded"]:
        return GeneratorLoss(CONSTANT, LINEAR, LINEAR.term(-gradients[0], 0.0))
    shape, family = of_discriminator.shape, of_discriminator.family
    if shape in (HINGE, LINEAR):
        return None
    outputs = [low - high, high - low] if family == RELATIVISTIC else [low, high]
    term, _ = fitted(shape, outputs, gradients)
    if family == LEAST_SQUARES:
        alike = term.weight > 0 and abs(term.target - of_discriminator.real.target) < thresholds.SMOOTHED
        return GeneratorLoss(LEAST_SQUARES, shape, term) if alike else None
    return _logistic(shape, term, evidence["before"]["loss"]["real_is_up"])


def _logistic(shape: Shape, term: Term, real_is_up: bool) -> GeneratorLoss | None:
    """Cross-entropy with the label of real rows, or minus that with the label of samples, as in the minimax game."""
    as_real = term.target if real_is_up else 1 - term.target
    if term.weight > 0 and as_real > 1 - thresholds.SMOOTHED:
        return GeneratorLoss(NON_SATURATING, shape, term)
    return GeneratorLoss(SATURATING, shape, term) if term.weight < 0 and as_real < thresholds.SMOOTHED else None
