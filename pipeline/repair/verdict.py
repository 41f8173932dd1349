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
        times: how many times as large the score is, the geometric mean over the seeds; None where a training diverged.
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
    if None in before or None in after:
        lost = sum(score is None for score in after) - sum(score is None for score in before)
        return Verdict("worse" if lost > 0 else "better" if lost < 0 else "no difference", None)
    changes = [math.log(max(new, 1e-12) / max(old, 1e-12)) for old, new in zip(before, after, strict=True) if old is not None and new is not None]
    mean, times = statistics.mean(changes), round(math.exp(statistics.mean(changes)), 3)
    certain = abs(mean) > max(statistics.stdev(changes), SMALLEST) and (max(changes) < 0 or min(changes) > 0)
    if not certain:
        return Verdict("no difference", times)
    return Verdict("better" if mean < 0 else "worse", times)
