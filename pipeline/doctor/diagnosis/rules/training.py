"""What goes wrong while a GAN trains, measured in its losses and outputs in each epoch.

Rules without a word about it hold for every family of losses; a family that is not known is taken for one for which the rule holds.
"""

import math
from itertools import pairwise
from typing import Any

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, Times, rule
from pipeline.doctor.diagnosis.loss_family import CONSTANT, LOGISTIC, WASSERSTEIN, generator_form, loss_family

Row = dict[str, Any]


def epochs(evidence: Evidence) -> list[Row]:
    """The rows of the epochs trained so far."""
    return list(evidence.get("epochs", []))


def _late(evidence: Evidence) -> list[Row]:
    """The last quarter of the epochs, two at least; none while the training is too short to tell."""
    rows = epochs(evidence)
    return rows[-max(2, len(rows) // 4) :] if len(rows) > 1 and _is_long_enough(rows) else []


def _is_long_enough(rows: list[Row]) -> bool:
    return sum(row["steps"] for row in rows) >= thresholds.STEPS_TO_TELL


@rule(
    "error",
    why="With two sigmoids in a row the losses cannot leave narrow bounds, and at a bound their gradient vanishes.",
    fix="Give the loss raw logits: no activation after the discriminator's last layer.",
    settings={"discriminator_activation": "linear"},
    reference="TensorFlow, tf.nn.sigmoid_cross_entropy_with_logits: its inputs are logits",
)
def pinned_loss(evidence: Evidence) -> Numbers | None:
    """A loss stays at one of the bounds that a double sigmoid gives it: log(1 + e^-1), log 2 and their sums. For logistic losses."""
    rows = _late(evidence) if loss_family(evidence) in (LOGISTIC, None) else []
    network = evidence.get("before", {}).get("discriminator", {})
    if not rows or not network.get("bounded") or network["reach_high"] - network["reach_low"] < thresholds.CONSTANT:
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
    why="The discriminator is sure of every image, real or not, so its gradient for the generator is close to zero.",
    fix="Hold it back: penalise its gradients (R1), normalise it spectrally, or lower its learning rate.",
    settings={"r1_gamma": 0.3},
    otherwise=({"discriminator_learning_rate": Times(0.25)}, {"spectral_normalization": True}),
    reference="Arjovsky and Bottou 2017, arXiv:1701.04862",
)
def discriminator_wins(evidence: Evidence) -> Numbers | None:
    """In the last quarter of the epochs its outputs separate real images from samples, by many standard deviations.

    Not for Wasserstein losses: their gradient does not vanish, and a critic is to be trained until it separates both.
    """
    rows = _late(evidence) if loss_family(evidence) != WASSERSTEIN else []
    outputs: list[list[Any]] = [[row.get(name) for name in ("real_fake_auc", "output_real", "output_fake", "output_real_sd")] for row in rows]
    if not rows or any(None in numbers or numbers[0] < thresholds.WON for numbers in outputs):
        return None
    gaps = [(real - fake) / max(real_sd, thresholds.SMALLEST_SPREAD) for _, real, fake, real_sd in outputs]
    if min(gaps) < thresholds.WON_GAP:
        return None
    return {"epoch": rows[-1]["epoch"], "real_fake_auc": rows[-1]["real_fake_auc"], "gap_in_standard_deviations": gaps[-1]}


@rule(
    "error",
    why="The discriminator does not distinguish real images from samples that are far from real, so the generator has nothing to learn from.",
    fix="Let the discriminator learn: check that it is trained, raise its learning rate, widen it.",
    otherwise=({"discriminator_learning_rate": Times(2)}, {"discriminator_width": Times(2)}),
    reference="Goodfellow 2016, arXiv:1701.00160, section 4",
)
def discriminator_too_weak(evidence: Evidence) -> Numbers | None:
    """Real images and samples get the same outputs while samples are no closer to real images than a blank image is."""
    rows = _late(evidence)
    blind = [row.get("real_fake_auc") is not None and abs(row["real_fake_auc"] - 0.5) < thresholds.BLIND for row in rows]
    far = _as_far_as_blank(rows[-1]) if rows and all(blind) else None
    return {"epoch": rows[-1]["epoch"], "real_fake_auc": rows[-1]["real_fake_auc"]} | far if far else None


def _as_far_as_blank(row: Row) -> Numbers | None:
    """The distances of samples from real rows if they say that one constant row would be about as near; None if they do not.

    Distributions are compared where that was measured: the mean of signals with any phase, or of points around zero, says nothing.
    """
    energy, spectrum = row.get("energy_distance"), row.get("spectrum_distance")
    if energy is None:
        distance = row.get("mean_image_distance")
        return {"mean_image_distance": distance} if distance is not None and distance >= thresholds.BLANK else None
    if spectrum is None:
        return {"energy_distance": energy} if energy >= thresholds.FAR else None
    far = spectrum >= thresholds.OTHER_SPECTRUM or (energy >= thresholds.FAR and spectrum >= thresholds.FAR)
    return {"energy_distance": energy, "spectrum_distance": spectrum} if far else None


@rule(
    "warning",
    why="The networks follow each other in circles instead of settling.",
    fix="Use β1 = 0 or 0.5, a gradient penalty (R1), smaller learning rates towards the end, and samples from averaged weights.",
    settings={"adam_beta_1": 0.0},
    otherwise=({"r1_gamma": 0.3, "r2_gamma": 0.3}, {"final_learning_rate_fraction": 0.05}, {"ema_half_life_images": 10000}),
    reference="Mescheder et al. 2018, arXiv:1801.04406",
)
def oscillation(evidence: Evidence) -> Numbers | None:
    """The generator's loss goes up and down from epoch to epoch, by a large part of its size.

    Not where it is the mean score itself, as with hinge and Wasserstein losses: a score has no zero, so that its size means nothing.
    """
    if generator_form(evidence) == CONSTANT:
        return None
    losses = [row["g_loss"] for row in epochs(evidence) if row.get("g_loss") is not None][-thresholds.OSCILLATION_EPOCHS :]
    if len(losses) < thresholds.OSCILLATION_EPOCHS:
        return None
    changes = [after - before for before, after in pairwise(losses)]
    turns = sum(one * other < 0 for one, other in pairwise(changes)) / (len(changes) - 1)
    swing = sum(map(abs, changes)) / len(changes) / max(sum(map(abs, losses)) / len(losses), 1e-12)
    return {"turns": turns, "swing": swing} if turns > thresholds.TURNS and swing > thresholds.SWING else None


@rule(
    "warning",
    why="The discriminator has memorised its training images: it finds them more real than images that it never saw, and rejects good samples.",
    fix="Give it more images or augment them, or penalise its gradients (R1).",
    settings={"r1_gamma": 1.0},
    reference="Karras et al. 2020, arXiv:2006.06676",
)
def discriminator_memorises(evidence: Evidence) -> Numbers | None:
    """Training images get higher outputs than images of the same kind that are not trained on."""
    last = [row["train_heldout_auc"] for row in epochs(evidence)[-2:] if row.get("train_heldout_auc") is not None]
    mean = sum(last) / len(last) if last else 0.0
    return {"epoch": epochs(evidence)[-1]["epoch"], "train_heldout_auc": mean} if mean > thresholds.MEMORISED else None


@rule(
    "error",
    why="All samples are alike: the generator has found one image that the discriminator accepts, and draws nothing else.",
    fix="Penalise the discriminator's gradients at real images and samples (R1, R2), and lower β1.",
    settings={"r1_gamma": 0.3, "r2_gamma": 0.3},
    reference="Goodfellow 2016, arXiv:1701.00160, section 5.1; Mescheder et al. 2018, arXiv:1801.04406",
)
def samples_alike(evidence: Evidence) -> Numbers | None:
    """Samples vary far less than real images do, and lie far closer together."""
    last = (_late(evidence) or [{}])[-1]
    diversity, neighbours = last.get("diversity"), last.get("nearest_neighbour_ratio")
    if diversity is None or neighbours is None or neighbours > thresholds.CROWDED or diversity > thresholds.UNIFORM:
        return None
    return {"epoch": last["epoch"], "diversity": diversity, "nearest_neighbour_ratio": neighbours}


@rule(
    "error",
    why="Samples repeat: the generator has a few rows that the discriminator accepts, and draws them again and again.",
    fix="Penalise the discriminator's gradients at real images and samples (R1, R2), and lower β1.",
    settings={"r1_gamma": 0.3, "r2_gamma": 0.3},
    reference="Goodfellow 2016, arXiv:1701.00160, section 5.1; Mescheder et al. 2018, arXiv:1801.04406",
)
def samples_repeat(evidence: Evidence) -> Numbers | None:
    """Half of the samples have another one in nearly no distance, compared with real rows, however much all of them vary."""
    return None if samples_alike.check(evidence) else _crowded(evidence, thresholds.REPEATED)


@rule(
    "warning",
    why="Samples lie much closer together than real rows do: the generator draws only a part of what there is.",
    fix="Penalise the discriminator's gradients at real images and samples (R1, R2), and lower β1.",
    settings={"r1_gamma": 0.3, "r2_gamma": 0.3},
    reference="Goodfellow 2016, arXiv:1701.00160, section 5.1; Mescheder et al. 2018, arXiv:1801.04406",
)
def samples_crowded(evidence: Evidence) -> Numbers | None:
    """Half of the samples have another one far nearer than real rows have, in the last quarter of the looks."""
    return None if samples_alike.check(evidence) or samples_repeat.check(evidence) else _crowded(evidence, thresholds.CROWDED)


def _crowded(evidence: Evidence, bound: float) -> Numbers | None:
    rows = _late(evidence)
    if not rows or any(row.get("crowding") is None or row["crowding"] > bound for row in rows):
        return None
    return {"epoch": rows[-1]["epoch"], "crowding": rows[-1]["crowding"]}


@rule(
    "warning",
    why="Samples are like real rows, but a part of the real rows has none near it: the generator leaves modes out.",
    fix="Penalise the discriminator's gradients (R1), lower β1, or show it several samples at once (minibatch statistics, packing).",
    settings={"r1_gamma": 0.3, "adam_beta_1": 0.0},
    reference="Naeem et al. 2020, arXiv:2002.09797; Lin et al. 2018, arXiv:1712.04086",
)
def modes_missing(evidence: Evidence) -> Numbers | None:
    """Nearly all samples lie among real rows, but few real rows have a sample as near as their fifth neighbour."""
    rows = _late(evidence)
    if not rows or any(
        row.get("coverage") is None or row["coverage"] > thresholds.COVERED or (row.get("closeness") or 0.0) < thresholds.CLOSE for row in rows
    ):
        return None
    return {"epoch": rows[-1]["epoch"], "coverage": rows[-1]["coverage"], "closeness": rows[-1]["closeness"]}


@rule(
    "error",
    why="Nothing was learnt: samples are about as far from real images as a blank image is, or further.",
    fix="Look at the other findings first. If there are none, check what train_step receives, and raise the learning rates.",
    reference="Theis et al. 2016, arXiv:1511.01844",
)
def nothing_learnt(evidence: Evidence) -> Numbers | None:
    """In the last quarter of the epochs samples are no closer to real images than a blank image is: as distributions, or else by their means."""
    rows = [_as_far_as_blank(row) for row in _late(evidence)]
    return {"epoch": epochs(evidence)[-1]["epoch"]} | rows[-1] if rows and rows[-1] and all(rows) else None
