"""How many times its family's plain loss a network's loss is, so that losses of different scripts can be compared.

The plain loss of the discriminator is the mean over real rows plus the mean over samples, each with the factor 1; a relativistic one is the mean over
pairs. Scripts take halves, averages or sums over several updates. `values` of the evidence's `loss` holds the losses themselves at the outputs where
the gradients were measured: if they are not a multiple of the plain loss there, then the loss has other terms.
"""

from collections.abc import Callable

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence
from pipeline.doctor.diagnosis.loss_family import LEAST_SQUARES, RELATIVISTIC, DiscriminatorLoss, discriminator_loss, ends, generator_loss


def discriminator_units(evidence: Evidence) -> float | None:
    """How many times the plain loss the discriminator's is; None if it has other terms, or if that is not known.

    Below 0 where a script makes its target larger, as in the minimax game.
    """
    found = discriminator_loss(evidence)
    if found is None:
        return None
    low, high = ends(evidence)
    loss, real, fake = found.shape.loss, found.real, found.fake

    def expected(of_real: float, of_fake: float) -> float:
        if found.family == RELATIVISTIC:
            return real.weight * loss(of_real - of_fake, real.target)
        return real.weight * loss(of_real, real.target) + fake.weight * loss(of_fake, fake.target)

    plain = (real.weight + fake.weight) / 2 * _gap(found) ** 2
    return _units(evidence, ("surely_wrong", "surely_right"), (expected(low, high), expected(high, low)), plain)


def generator_units(evidence: Evidence) -> float | None:
    """The same of the generator's loss."""
    found, other = generator_loss(evidence), discriminator_loss(evidence)
    if found is None or other is None:
        return None
    low, high = ends(evidence)
    outputs = (low - high, high - low) if other.family == RELATIVISTIC else (low, high)
    expected: Callable[[float], float] = lambda output: found.term.weight * found.shape.loss(output, found.term.target)  # noqa: E731
    return _units(evidence, ("rejected", "accepted"), (expected(outputs[0]), expected(outputs[1])), abs(found.term.weight) * _gap(other) ** 2)


def _gap(found: DiscriminatorLoss) -> float:
    """Between the targets of a least squares loss, whose level it sets: 1 with 0 and 1, 2 with -1 and 1."""
    return abs(found.real.target - found.fake.target) if found.family == LEAST_SQUARES else 1.0


def _units(evidence: Evidence, runs: tuple[str, str], expected: tuple[float, float], plain: float) -> float | None:
    values = [evidence["before"]["loss"].get("values", {}).get(run) for run in runs]
    if None in values or expected[0] == expected[1]:
        return None
    factor = (values[0] - values[1]) / (expected[0] - expected[1])
    others = values[1] - factor * expected[1]
    return factor * plain if abs(others) < thresholds.OTHER_TERMS * abs(factor * plain) else None
