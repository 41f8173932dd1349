"""Every score by name: how it is called in text, whether low is good, and what computes it. A new score is one entry here."""

from collections.abc import Callable
from typing import NamedTuple

from pipeline.metrics.classes import class_consistency, class_kl, classes_covered, classifier_score, effective_classes
from pipeline.metrics.diversity import within_class_diversity
from pipeline.metrics.frechet import frechet_distance
from pipeline.metrics.kernel import kernel_distance
from pipeline.metrics.memorisation import memorised_share
from pipeline.metrics.samples import Comparison


class Score(NamedTuple):
    """One score."""

    label: str
    low_is_good: bool
    compute: Callable[[Comparison], float | None] | None  # None: the stage `evaluate` computes it, from more than these arrays


def _class_consistency(c: Comparison) -> float | None:
    return None if c.samples.requested is None else class_consistency(c.samples.probabilities, c.samples.requested)


def _within_class_diversity(c: Comparison) -> float:
    return within_class_diversity(c.samples.features, c.samples.probabilities.argmax(axis=1), c.real.features, c.real.labels)


SCORES = {
    "frechet_distance": Score("Fréchet distance", True, lambda c: frechet_distance(c.real.features, c.samples.features)),
    "kernel_distance": Score("kernel distance", True, lambda c: kernel_distance(c.real.features, c.samples.features)),
    "precision": Score("precision", False, lambda c: c.neighbourhoods.precision),
    "recall": Score("recall", False, lambda c: c.neighbourhoods.recall),
    "density": Score("density", False, lambda c: c.neighbourhoods.density),
    "coverage": Score("coverage", False, lambda c: c.neighbourhoods.coverage),
    "classifier_score": Score("classifier score", False, lambda c: classifier_score(c.samples.probabilities)),
    "classes_covered": Score("classes covered", False, lambda c: classes_covered(c.histogram)),
    "class_kl": Score("class KL", True, lambda c: class_kl(c.histogram, c.real_histogram)),
    "effective_classes": Score("effective classes", False, lambda c: effective_classes(c.histogram)),
    "class_consistency": Score("class consistency", False, _class_consistency),
    "within_class_diversity": Score("diversity within a class", False, _within_class_diversity),
    "memorised_share": Score("memorised share", True, lambda c: memorised_share(c.samples.nearest, c.real.nearest)),
    "sample_trained_accuracy": Score("accuracy trained on samples", False, None),
    "modes_covered": Score("modes covered", False, None),
    "mode_kl": Score("mode KL", True, None),
}
# What is shown first everywhere: in DVC's metrics file, the leaderboard and the page. Of images of several digits it is MODE_SCORES.
HEADLINE_SCORES = (
    "frechet_distance",
    "precision",
    "recall",
    "coverage",
    "classifier_score",
    "classes_covered",
    "class_consistency",
    "memorised_share",
)
MODE_SCORES = ("modes_covered", "mode_kl")  # the only scores of images of several digits
SHOWN_SCORES = (*HEADLINE_SCORES, *MODE_SCORES)
