"""What the digit classifier's scores show about the samples.

`evidence["scores"]`, `evidence["real_reference"]` (the same scores of real images instead of samples) and `evidence["curves"]` come from the
evaluation; a GAN that was not scored has none of them.
"""

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, Setting, Times, rule

# How R3GAN trains (arXiv:2501.05441), with learning rates for images of 28 x 28: these settings help together, and some of them alone do not.
LIKE_R3GAN: dict[str, Setting | Times] = {
    "r1_gamma": 0.1,
    "r2_gamma": 0.1,
    "generator_learning_rate": 0.002,
    "discriminator_learning_rate": 0.002,
    "adam_beta_1": 0.0,
    "adam_beta_2": 0.99,
    "final_learning_rate_fraction": 0.05,
    "ema_half_life_images": 5000,
}


def _share_of_real(evidence: Evidence, name: str) -> float | None:
    """A score over the same score of real digits."""
    value, real = (evidence.get(part, {}).get(name) for part in ("scores", "real_reference"))
    return None if value is None or not real else float(value / real)


def _compared(evidence: Evidence, name: str) -> Numbers:
    real = evidence.get("real_reference", {}).get(name)
    return {name: evidence["scores"][name]} | ({} if real is None else {"real_digits": real})


@rule(
    "error",
    why="The generator draws some classes far more often than others, or leaves classes out.",
    fix="Penalise the discriminator's gradients at real images and samples (R1, R2), lower β1 and draw from averaged weights.",
    settings={"r1_gamma": 0.3, "r2_gamma": 0.3, "adam_beta_1": 0.0, "ema_half_life_images": 10000},
    otherwise=({"generator_learning_rate": Times(2)}, {"discriminator_learning_rate": Times(0.25)}),
    reference="Goodfellow 2016, arXiv:1701.00160, section 5.1; Mescheder et al. 2018, arXiv:1801.04406",
)
def class_collapse(evidence: Evidence) -> Numbers | None:
    """The samples' classes are as uneven as if there were far fewer of them; of images of several digits, combinations of classes are missing."""
    for name in ("effective_classes", "modes_covered"):
        share = _share_of_real(evidence, name)
        if share is not None and share < thresholds.CLASSES_LEFT:
            return _compared(evidence, name)
    return None


@rule(
    "error",
    why="Every class is drawn, but within each class the same few digits repeat.",
    fix="Penalise the discriminator's gradients at real images and samples (R1, R2), or train for longer.",
    settings={"r1_gamma": 0.3, "r2_gamma": 0.3},
    otherwise=({"adam_beta_1": 0.0}, {"training_images": Times(2)}),
    reference="Kynkäänniemi et al. 2019, arXiv:1904.06991",
)
def within_class_collapse(evidence: Evidence) -> Numbers | None:
    """Most real digits have no sample near them, although all classes are drawn and the samples are not copies of a few images."""
    share = _share_of_real(evidence, "recall")
    if share is None or share > thresholds.RECALL_COLLAPSED or class_collapse.check(evidence) or copies_training_images.check(evidence):
        return None
    return _compared(evidence, "recall")


@rule(
    "error",
    why="A conditional generator that draws other classes than requested has learnt a mixture of classes.",
    fix="Shuffle images and labels together, and connect the labels to both networks.",
    settings={"conditioning": "projection"},
    reference="Miyato and Koyama 2018, arXiv:1802.05637",
)
def labels_not_followed(evidence: Evidence) -> Numbers | None:
    """Few samples are classified as the requested digit."""
    share = _share_of_real(evidence, "class_consistency")
    return _compared(evidence, "class_consistency") if share is not None and share < thresholds.LABELS_FOLLOWED else None


@rule(
    "error",
    why="No sample looks like a digit to the classifier's features.",
    fix="Look at the findings about networks and losses first: such a GAN has not begun to learn.",
    reference="Kynkäänniemi et al. 2019, arXiv:1904.06991",
)
def not_a_digit(evidence: Evidence) -> Numbers | None:
    """Next to no sample lies among real digits."""
    share = _share_of_real(evidence, "precision")
    return _compared(evidence, "precision") if share is not None and share < thresholds.NOT_A_DIGIT else None


@rule(
    "warning",
    why="Many samples lie between digits: strokes that end, join or blur where no real one does.",
    fix="Use convolutions instead of dense layers, penalise gradients (R1, R2) without momentum (β1 = 0) and with learning rates that fall, average "
    "the generator's weights, give the labels to both networks if there are any, and train for longer.",
    settings={"network": "dcgan", **LIKE_R3GAN},
    otherwise=(
        {"classes": 10, "conditioning": "projection"},
        {"r1_gamma": 0.1, "r2_gamma": 0.1},
        {"ema_half_life_images": 10000},
        {"adam_beta_1": 0.0},
        {"generator_learning_rate": Times(2)},
        {"final_learning_rate_fraction": 0.05},
        {"training_images": Times(2)},
    ),
    reference="Radford et al. 2016, arXiv:1511.06434; Huang et al. 2024, arXiv:2501.05441",
)
def unlike_real_digits(evidence: Evidence) -> Numbers | None:
    """Precision is well under that of real digits."""
    share = _share_of_real(evidence, "precision")
    return _compared(evidence, "precision") if share is not None and thresholds.NOT_A_DIGIT <= share < thresholds.PRECISE else None


@rule(
    "warning",
    why="The samples are copies of training images: the generator reproduces them instead of drawing new ones.",
    fix="Train for fewer images, or give it more of them.",
    reference="Meehan et al. 2020, arXiv:2004.05675",
)
def copies_training_images(evidence: Evidence) -> Numbers | None:
    """Far more samples are as close to a training image as one real digit in a hundred is."""
    share = evidence.get("scores", {}).get("memorised_share")
    return _compared(evidence, "memorised_share") if share is not None and share > thresholds.COPIES else None


@rule(
    "note",
    why="The samples were still getting better when training ended.",
    fix="Train for longer.",
    settings={"training_images": Times(2)},
    reference="Lucic et al. 2018, arXiv:1711.10337",
)
def still_improving(evidence: Evidence) -> Numbers | None:
    """The classifier's score of the sample sheets is higher in the last quarter of the epochs than in the one before."""
    scores = [row["classifier_score"] for row in evidence.get("curves", {}).get("epochs", [])]
    quarter = len(scores) // 4
    if len(scores) < thresholds.EPOCHS_TO_FALL or quarter == 0 or worse_than_before.check(evidence):
        return None
    before, late = (sum(part) / quarter for part in (scores[-2 * quarter : -quarter], scores[-quarter:]))
    return {"score_before": before, "score_late": late} if late > thresholds.IMPROVED * before else None


@rule(
    "warning",
    why="The samples were better before: the last weights are not the best ones.",
    fix="Lower the learning rates during training, draw from averaged weights, or train for fewer images.",
    settings={"final_learning_rate_fraction": 0.05},
    otherwise=({"ema_half_life_images": 10000},),
    reference="Heusel et al. 2017, arXiv:1706.08500",
)
def worse_than_before(evidence: Evidence) -> Numbers | None:
    """The classifier's score of the sample sheets has fallen well below its best, and stayed there."""
    rows = evidence.get("curves", {}).get("epochs", [])
    if len(rows) < thresholds.EPOCHS_TO_FALL:
        return None
    best, late = max(rows, key=lambda row: row["classifier_score"]), max(row["classifier_score"] for row in rows[-2:])
    if late > thresholds.FALLEN * best["classifier_score"]:
        return None
    return {"best_epoch": best["epoch"], "best_score": best["classifier_score"], "score_of_the_last_two": late}
