"""What goes wrong while a GAN trains, seen in its losses, gradients and outputs by epoch."""

import math
from itertools import pairwise
from typing import Any

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule

Row = dict[str, Any]


def epochs(evidence: Evidence) -> list[Row]:
    """The rows of the epochs trained so far."""
    return list(evidence.get("epochs", []))


def _late(evidence: Evidence) -> list[Row]:
    """The last quarter of the epochs, two at least; nothing while the training is too young to tell."""
    rows = epochs(evidence)
    return rows[-max(2, len(rows) // 4) :] if len(rows) > 1 and _is_grown_up(rows) else []


def _is_grown_up(rows: list[Row]) -> bool:
    return sum(row["steps"] for row in rows) >= thresholds.STEPS_TO_TELL


@rule(
    "error",
    why="From here on every loss, gradient and weight is not a number.",
    mend="Look at the tensor that went first: a batch needs cleaning, a gradient a smaller learning rate, or an epsilon under a root or a logarithm.",
    reference="TensorFlow, tf.debugging.enable_check_numerics",
)
def not_finite(evidence: Evidence) -> Numbers | None:
    """A tensor of a training step, or of the batch or the weights before training, is infinite or not a number."""
    before = evidence.get("before", {}).get("not_finite")
    if before:
        return {"first": before, "epoch": 0}
    for row in epochs(evidence):
        if "first_not_finite" in row:
            return {"first": row["first_not_finite"], "epoch": row["epoch"], "step": row["first_not_finite_step"]}
    return None


@rule(
    "error",
    why="With outputs through two sigmoids the losses cannot leave narrow bounds; on a bound, their gradient is gone.",
    mend="Give the loss raw logits: no activation after the discriminator's last layer.",
    setting="discriminator_activation: linear",
    reference="TensorFlow, tf.nn.sigmoid_cross_entropy_with_logits: its inputs are logits",
)
def pinned_loss(evidence: Evidence) -> Numbers | None:
    """A loss stands on one of the numbers that a double sigmoid bounds it by, log(1 + e^-1), log 2 and their sums."""
    rows = _late(evidence)
    if not rows or not evidence.get("before", {}).get("discriminator", {}).get("bounded"):
        return None
    for name, bounds in (("d_loss", D_BOUNDS), ("g_loss", G_BOUNDS)):
        for bound in bounds:
            if all(row.get(name) is not None and abs(row[name] - bound) < thresholds.PINNED * bound for row in rows):
                return {"loss": name, "bound": bound, "last": rows[-1][name]}
    return None


LOW, HIGH = math.log1p(math.exp(-1)), math.log1p(math.exp(1))  # of a logistic loss whose logit lies in [0, 1], on its right and its wrong end
G_BOUNDS = (LOW, math.log(2))
D_BOUNDS = (LOW + math.log(2), LOW + HIGH, HIGH + math.log(2))


@rule(
    "error",
    why="The discriminator is sure of every image, real or not; what it tells the generator has next to no slope left.",
    mend="Hold it back: penalise its gradients (R1), normalise it spectrally, or lower its learning rate.",
    setting="r1_gamma: 0.3",
    reference="Arjovsky and Bottou 2017, arXiv:1701.04862",
)
def discriminator_wins(evidence: Evidence) -> Numbers | None:
    """In the last quarter of the epochs it tells all real images from all samples, by many standard deviations."""
    rows = _late(evidence)
    if not rows or any(row["separation"] is None or row["separation"] < thresholds.WON for row in rows):
        return None
    gaps = [(row["output_real"] - row["output_fake"]) / max(row["output_real_sd"], 1e-6) for row in rows]
    if min(gaps) < thresholds.WON_GAP:
        return None
    return {"epoch": rows[-1]["epoch"], "separation": rows[-1]["separation"], "gap_in_standard_deviations": gaps[-1]}


@rule(
    "error",
    why="The discriminator cannot tell samples that are far from real from real images: the generator has nobody to learn from.",
    mend="Let the discriminator learn: check that it is trained, raise its learning rate, widen it.",
    reference="Goodfellow 2016, arXiv:1701.00160, section 4",
)
def discriminator_too_weak(evidence: Evidence) -> Numbers | None:
    """Real images and samples get the same outputs while the samples' mean image is no nearer than a blank one."""
    rows = _late(evidence)
    blind = [row["separation"] is not None and abs(row["separation"] - 0.5) < thresholds.BLIND for row in rows]
    if not rows or not all(blind) or (rows[-1]["mean_image_distance"] or 0.0) < thresholds.BLANK:
        return None
    return {"epoch": rows[-1]["epoch"], "separation": rows[-1]["separation"], "mean_image_distance": rows[-1]["mean_image_distance"]}


@rule(
    "error",
    why="The generator's gradient has vanished: it cannot improve any more, whatever it is told.",
    mend="Use a loss that does not saturate, hold the discriminator back (R1), and take care that no activation is at its bounds.",
    setting="objective: non_saturating",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, section 3; Arjovsky and Bottou 2017, arXiv:1701.04862",
)
def generator_gradient_vanishes(evidence: Evidence) -> Numbers | None:
    """The generator's gradient has fallen to a ten-thousandth of its largest by epoch, or to nothing."""
    rows = epochs(evidence)
    if not rows or rows[-1]["generator_gradient"] is None:
        return None
    first = max(row["generator_gradient"] or 0.0 for row in rows)
    if first == 0 or (rows[-1]["generator_gradient"] > thresholds.VANISHED * first and rows[-1]["generator_gradient"] > thresholds.NO_GRADIENT):
        return None
    return {"epoch": rows[-1]["epoch"], "gradient": rows[-1]["generator_gradient"], "largest_before": first}


@rule(
    "error",
    why="Gradients explode: single steps throw the weights far away from what was learnt.",
    mend="Lower the learning rate, bound the discriminator (gradient penalty, spectral normalisation), or clip gradients.",
    setting="gradient_penalty: 10.0",
    reference="Pascanu et al. 2013, arXiv:1211.5063; Gulrajani et al. 2017, arXiv:1704.00028",
)
def exploding_gradients(evidence: Evidence) -> Numbers | None:
    """A network's mean gradient norm is a hundred times beyond what any healthy training shows."""
    rows = epochs(evidence)
    for network in ("discriminator", "generator") if rows else ():
        name = f"{network}_gradient"
        now = rows[-1][name]
        if now is not None and now > thresholds.EXPLODED:
            return {"epoch": rows[-1]["epoch"], name: now}
    return None


@rule(
    "warning",
    why="The networks chase each other in circles instead of settling.",
    mend="Damp the game: β1 = 0 or 0.5, a gradient penalty (R1), smaller rates towards the end, and samples from averaged weights.",
    setting="adam_beta_1: 0.0",
    reference="Mescheder et al. 2018, arXiv:1801.04406",
)
def oscillation(evidence: Evidence) -> Numbers | None:
    """The generator's loss turns from epoch to epoch, by much of its size."""
    losses = [row["g_loss"] for row in epochs(evidence) if row.get("g_loss") is not None][-thresholds.OSCILLATION_EPOCHS :]
    if len(losses) < thresholds.OSCILLATION_EPOCHS:
        return None
    changes = [after - before for before, after in pairwise(losses)]
    turns = sum(one * other < 0 for one, other in pairwise(changes)) / (len(changes) - 1)
    swing = sum(map(abs, changes)) / len(changes) / max(sum(map(abs, losses)) / len(losses), 1e-12)
    return {"turns": turns, "swing": swing} if turns > thresholds.TURNS and swing > thresholds.SWING else None


@rule(
    "warning",
    why="The discriminator knows its training images by heart: it finds them more real than images it never saw, and rejects good samples.",
    mend="Give it more images or augment them, or penalise its gradients (R1).",
    setting="r1_gamma: 1.0",
    reference="Karras et al. 2020, arXiv:2006.06676",
)
def discriminator_remembers(evidence: Evidence) -> Numbers | None:
    """Training images get higher outputs than images of the same kind that were not trained on."""
    last = [row["memory"] for row in epochs(evidence)[-2:] if row.get("memory") is not None]
    remembered = sum(last) / len(last) if last else 0.0
    return {"epoch": epochs(evidence)[-1]["epoch"], "training_above_held_out": remembered} if remembered > thresholds.REMEMBERED else None


@rule(
    "error",
    why="All samples are alike: the generator has found an image that passes and draws nothing else.",
    mend="Penalise the discriminator's gradients at real images and samples (R1, R2), and lower β1.",
    setting="r1_gamma: 0.3, r2_gamma: 0.3",
    reference="Goodfellow 2016, arXiv:1701.00160, section 5.1; Mescheder et al. 2018, arXiv:1801.04406",
)
def samples_alike(evidence: Evidence) -> Numbers | None:
    """Samples vary less, and stand closer together, than real images do by far."""
    rows = _late(evidence)
    if not rows or rows[-1]["crowding"] is None or rows[-1]["crowding"] > thresholds.CROWDED or rows[-1]["diversity"] > thresholds.UNIFORM:
        return None
    return {"epoch": rows[-1]["epoch"], "spread_of_real": rows[-1]["diversity"], "nearest_distance_of_real": rows[-1]["crowding"]}


@rule(
    "error",
    why="Nothing was learnt: the samples' mean is further from that of real images than a blank image is.",
    mend="Look at the other findings first; without any, at what train_step receives, and raise the learning rates.",
    reference="Theis et al. 2016, arXiv:1511.01844",
)
def nothing_learnt(evidence: Evidence) -> Numbers | None:
    """In the last quarter of the epochs the samples' mean image is no nearer than a blank one."""
    rows = _late(evidence)
    if not rows or any(row["mean_image_distance"] is None or row["mean_image_distance"] < thresholds.BLANK for row in rows):
        return None
    return {"epoch": rows[-1]["epoch"], "mean_image_distance": rows[-1]["mean_image_distance"]}
