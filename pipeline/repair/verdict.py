"""Whether a change made a GAN better: paired over the seeds."""

import math
import statistics
from collections.abc import Sequence
from typing import Literal, NamedTuple

SMALLEST = 0.01  # of the logarithm of the score: a hundredth more or less is no difference that anybody sees
Word = Literal["better", "worse", "no difference"]


class Verdict(NamedTuple):
    """What a change did.

    Attributes:
        word: better or worse if every seed is, and the mean change is larger than its standard deviation over the seeds and than a hundredth.
            Where trainings diverge: worse if one diverges that did not, else better if one no longer does and no other seed is worse.
        times: how many times as large the score is, the geometric mean over the seeds with both scores; None if there is none.
    """

    word: Word
    times: float | None


def verdict(before: Sequence[float | None], after: Sequence[float | None]) -> Verdict:
    """Compare a score that is better low, with and without a change, seed by seed.

    The change of a seed is c = log(after / before); it is certain if |mean(c)| > max(sd(c), 0.01) and all c have one sign.

    Args:
        before: scores by seed, None where the training diverged; two or more.
        after: the same seeds, with the change.

    Example:
        >>> verdict([100.0, 100.0], [99.9, 99.9]).word
        'no difference'
        >>> verdict([540.0, 510.0], [120.0, 131.0]).word
        'better'
        >>> verdict([3.1, 3.6], [3.3, 3.2])
        Verdict(word='no difference', times=0.973)
    """
    pairs = list(zip(before, after, strict=True))
    changes = [math.log(max(new, 1e-12) / max(old, 1e-12)) for old, new in pairs if old is not None and new is not None]
    times = round(math.exp(statistics.mean(changes)), 3) if changes else None
    if len(changes) < len(pairs):
        return Verdict(_of_diverged(pairs, changes), times)
    mean = statistics.mean(changes)
    certain = abs(mean) > max(statistics.stdev(changes), SMALLEST) and (max(changes) < 0 or min(changes) > 0)
    if not certain:
        return Verdict("no difference", times)
    return Verdict("better" if mean < 0 else "worse", times)


def _of_diverged(pairs: Sequence[tuple[float | None, float | None]], changes: Sequence[float]) -> Word:
    if any(old is not None and new is None for old, new in pairs):
        return "worse"
    recovered = any(old is None and new is not None for old, new in pairs)
    return "better" if recovered and max(changes, default=0.0) <= 0 else "no difference"
