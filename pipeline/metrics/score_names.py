"""The scores by name: how each reads, and which way is good."""

from typing import NamedTuple


class Score(NamedTuple):
    """How a score reads."""

    label: str
    low_is_good: bool


SCORES = {
    "frechet_distance": Score("Fréchet distance", True),
    "kernel_distance": Score("kernel distance", True),
    "precision": Score("precision", False),
    "recall": Score("recall", False),
    "density": Score("density", False),
    "coverage": Score("coverage", False),
    "classifier_score": Score("classifier score", False),
    "classes_covered": Score("classes covered", False),
    "class_kl": Score("class KL", True),
    "effective_classes": Score("effective classes", False),
    "class_consistency": Score("class consistency", False),
    "within_class_diversity": Score("diversity within a class", False),
    "memorised_share": Score("memorised share", True),
    "sample_trained_accuracy": Score("accuracy trained on samples", False),
}
