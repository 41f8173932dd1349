"""What is wrong with the losses, measured in one training step.

`loss` of the evidence holds the losses' gradients at the discriminator's outputs, by kind of row. A negative gradient means that the loss falls
when the output rises.
"""

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule
from pipeline.doctor.diagnosis.loss_family import logistic_targets
from pipeline.doctor.diagnosis.rules.updates import step_evidence

RUNS = ("surely_wrong", "undecided", "surely_right")


def loss_evidence(evidence: Evidence) -> Numbers:
    """The losses' gradients; empty if none were recorded."""
    return dict(evidence.get("before", {}).get("loss", {}))


@rule(
    "error",
    why="The part of the loss that is about samples never reaches the discriminator that is trained: samples go through another network, or the "
    "loss multiplies by their target, which is 0. The trained one learns to call everything real, and a loss about samples rises without end.",
    fix="Give real images and samples to one and the same discriminator, and take a loss that is about both targets.",
    settings={"share_discriminator": True},
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def samples_not_in_loss(evidence: Evidence) -> Numbers | None:
    """The discriminator's loss has a gradient at its outputs for real images alone."""
    return _learns_only_from("real", evidence)


@rule(
    "error",
    why="The discriminator learns from samples alone: it never learns what real images look like, and the generator follows whatever it happens to "
    "reject least.",
    fix="Put real images into the discriminator's loss, and give each network the gradient of its own loss.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def real_images_not_in_loss(evidence: Evidence) -> Numbers | None:
    """The discriminator's loss has a gradient at its outputs for samples alone."""
    return _learns_only_from("fake", evidence)


def _learns_only_from(kind: str, evidence: Evidence) -> Numbers | None:
    step = step_evidence(evidence)
    kinds = step.get("learns_from", {}).get("discriminator", [])
    seen = step.get("whole", True) or step.get("looks", 0) >= thresholds.LOOKS_IN_TURNS
    known = "other" not in step.get("discriminator_inputs", ["other"])
    if kinds == [kind] and known and seen:
        return {"discriminator_learns_from": kinds}
    return _without_pull("fake" if kind == "real" else "real", evidence)


def _without_pull(kind: str, evidence: Evidence) -> Numbers | None:
    """The gradients at outputs of one kind if, whatever the outputs are, they are nothing beside those of the other kind."""
    loss, other = loss_evidence(evidence), "real" if kind == "fake" else "fake"
    runs = [loss.get(run) or {} for run in ("surely_wrong", "undecided", "surely_right")]
    if any(run.get(kind) is None or run.get(other) is None for run in runs):
        return None
    here, there = (max(abs(run[each]) for run in runs) for each in (kind, other))
    return {f"largest_gradient_at_{kind}": here, f"largest_gradient_at_{other}": there} if here < thresholds.NO_PULL_BESIDE * there else None


@rule(
    "note",
    why="What the discriminator is given is neither an image of the batch nor one of the generator's, for example after augmentation or added noise. "
    "So it was not examined what the losses want for real images and samples, or whether their ranges fit.",
    fix="Examine once without augmentation, and with images scaled before train_step.",
    reference="Karras et al. 2020, arXiv:2006.06676",
)
def losses_not_examined(evidence: Evidence) -> Numbers | None:
    """No row that the discriminator was given is a real image of the batch."""
    kinds = step_evidence(evidence).get("discriminator_inputs")
    return {"discriminator_inputs": kinds} if kinds is not None and "real" not in kinds else None


@rule(
    "error",
    why="The generator's loss wants the discriminator's output for samples to change in the same direction as the discriminator's own loss does: the "
    "generator learns to be recognised.",
    fix="Turn the sign of the generator's loss, or its labels: samples are to be called real.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, section 3",
)
def generator_sign(evidence: Evidence) -> Numbers | None:
    """Both losses fall when the output for samples falls, while the discriminator's loss falls when the output for real images rises."""
    return _same_sign(evidence, real_is_up=True)


@rule(
    "error",
    why="The discriminator learns to call samples real and real images fake, and the generator learns from that.",
    fix="Exchange the labels in the discriminator's loss: 1 for real images, 0 for samples. Without labels, turn its sign.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, section 3",
)
def labels_swapped(evidence: Evidence) -> Numbers | None:
    """Both losses fall when the output for samples rises, while the discriminator's loss falls when the output for real images falls."""
    return _same_sign(evidence, real_is_up=False)


@rule(
    "error",
    why="The discriminator's loss wants the same of real rows and of samples: both of its terms have the same sign, or the same target. It learns to "
    "call everything real, or everything fake.",
    fix="Let one term want high outputs for real rows and the other one low outputs for samples. Of a hinge loss these are relu(1 - real) and "
    "relu(1 + fake); with labels, 1 for real rows and 0 for samples.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1; Lim and Ye 2017, arXiv:1705.02894",
)
def same_wanted_of_both(evidence: Evidence) -> Numbers | None:
    """Wherever the outputs are, the loss pulls those for real rows and those for samples in one direction, up or down."""
    loss = loss_evidence(evidence)
    gradients = [loss.get(run, {}).get(kind) for run in RUNS for kind in ("real", "fake")]
    undecided = [loss.get("undecided", {}).get(kind) for kind in ("real", "fake")]
    if None in gradients or labels_at_random.check(evidence) or not (min(gradients) >= 0 or max(gradients) <= 0):
        return None
    if min(map(abs, undecided)) <= thresholds.NO_PULL * max(map(abs, undecided)):
        return None
    return {"gradients_at_real": gradients[::2], "gradients_at_samples": gradients[1::2]}


@rule(
    "error",
    why="Outputs of shape (n,) and (n, 1) make a table (n, n) when combined: each output is compared with every label or partner, and the loss "
    "no longer distinguishes them.",
    fix="Give outputs and labels the same shape before the loss, and check that labels differ between real images and samples.",
    reference="NumPy user guide: Broadcasting",
)
def broadcast_outputs(evidence: Evidence) -> Numbers | None:
    """The loss wants the same of outputs for real images and for samples, or pairs each sample with all real images."""
    loss = loss_evidence(evidence)
    gradients = loss.get("undecided", {})
    real, fake = gradients.get("real"), gradients.get("fake")
    if same_wanted_of_both.check(evidence) or order_not_wanted.check(evidence):
        return None
    if loss.get("depends_on_kind") is False:
        return {"gradient_depends_on": "the output alone"}
    pulled = all(_without_pull(kind, evidence) is None for kind in ("real", "fake"))
    if real and fake and real * fake > 0 and pulled and not labels_at_random.check(evidence):
        return {"gradient_at_real": real, "gradient_at_samples": fake}
    return {"each_sample_against_every_real_image": True} if loss.get("pairs_every_with_every") else None


@rule(
    "error",
    why="The discriminator's loss is smallest where real rows and samples have the same outputs: its terms undo each other, and it learns to tell "
    "nothing apart.",
    fix="Look at the signs and targets of its terms: each must want high outputs for real rows and low ones for samples. A relativistic loss takes "
    "real minus fake for both, with opposite targets, or fake minus real for the second.",
    reference="Jolicoeur-Martineau 2019, arXiv:1807.00734, section 4",
)
def no_difference_wanted(evidence: Evidence) -> Numbers | None:
    """With equal outputs the loss has no gradient, and it pulls outputs back that differ, the right way as well as the wrong one."""
    found = _gradients_turn_round(evidence)
    return found if found and _pulls(evidence, back=True) else None


@rule(
    "error",
    why="The discriminator's loss only wants the outputs for real rows and for samples to differ, in whichever order: an absolute value or a square "
    "around their difference loses its sign, so the discriminator may learn that samples are the better ones.",
    fix="Take the difference itself: a critic minimises its mean output for samples minus that for real rows.",
    reference="Arjovsky et al. 2017, arXiv:1701.07875, algorithm 1",
)
def order_not_wanted(evidence: Evidence) -> Numbers | None:
    """With equal outputs the loss has no gradient, and it pulls outputs further apart that differ, whichever are higher."""
    found = _gradients_turn_round(evidence)
    return found if found and _pulls(evidence, back=False) else None


def _gradients_turn_round(evidence: Evidence) -> Numbers | None:
    """The gradients of both kinds of rows, if those at wrong and at right outputs have opposite signs, and equal outputs have none."""
    loss = loss_evidence(evidence)
    found: Numbers = {}
    for kind in ("real", "fake"):
        wrong, equal, right = (loss.get(run, {}).get(kind) for run in RUNS)
        if not wrong or equal is None or not right or wrong * right >= 0:
            return None
        if abs(equal) > thresholds.NO_PULL * max(abs(wrong), abs(right)) or abs(right) < thresholds.PULLED_BACK * abs(wrong):
            return None
        found |= {f"gradients_at_{kind}_wrong_equal_right": [wrong, equal, right]}
    return found


def _pulls(evidence: Evidence, back: bool) -> bool:
    """Whether outputs for real rows that are at the right end are pulled back from it, or else further out."""
    loss = loss_evidence(evidence)
    out_is_negative = bool(loss.get("real_is_up", True))
    return (loss["surely_right"]["real"] > 0) == (back == out_is_negative)


@rule(
    "error",
    why="The discriminator's loss does not compare real rows with samples: whatever score all real rows have, and whatever all samples have, it "
    "has no gradient.",
    fix="A relativistic loss takes each output minus the mean of the other kind, not of its own. A categorical loss needs an output for each class: "
    "with one output take a binary loss.",
    reference="Jolicoeur-Martineau 2019, arXiv:1807.00734, section 4; Keras, keras.losses.CategoricalCrossentropy",
)
def scores_not_compared(evidence: Evidence) -> Numbers | None:
    """The mean gradient at real rows and at samples is zero with outputs that are wrong, equal and right."""
    loss = loss_evidence(evidence)
    gradients = [loss.get(run, {}).get(kind) for run in RUNS for kind in ("real", "fake")]
    if None in gradients or max(map(abs, gradients)) > thresholds.NO_OUTPUT_GRADIENT:
        return None
    return {"largest_gradient_at_wrong_equal_and_right_outputs": max(map(abs, gradients))}


@rule(
    "error",
    why="The loss calls many real rows fake, or many samples real: labels do not stand beside the rows that they are about.",
    fix="Shuffle rows and labels together, and join real rows and samples in the order of their labels.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def labels_at_random(evidence: Evidence) -> Numbers | None:
    """For more than a third of the rows of one kind in one batch the loss pulls the output the other way than for the rest."""
    shares = {f"share_of_{kind}_rows_called_otherwise": share for kind, share in loss_evidence(evidence).get("minority", {}).items()}
    return shares if any(share > thresholds.CALLED_OTHERWISE for share in shares.values()) else None


@rule(
    "error",
    why="A logistic loss has a lowest value only for targets between 0 and 1: for others it pulls outputs without end, and the loss becomes "
    "negative or grows.",
    fix="Use 1 for real rows and 0 for samples, not -1; smoothed labels lie between them.",
    reference="Keras, keras.losses.BinaryCrossentropy: labels are 0 or 1",
)
def targets_out_of_range(evidence: Evidence) -> Numbers | None:
    """A target of a logistic loss is outside of [0, 1]."""
    found = {f"target_of_{kind}_rows": target for kind, target in logistic_targets(evidence).items()}
    slack = thresholds.TARGET_SLACK
    return found if any(not -slack <= target <= 1 + slack for target in found.values()) else None


def _same_sign(evidence: Evidence, real_is_up: bool) -> Numbers | None:
    loss = loss_evidence(evidence)
    real, fake = (loss.get("undecided", {}).get(kind) for kind in ("real", "fake"))
    generator = loss.get("rejected", {}).get("fake")
    if evidence.get("over_time", {}).get("opposition", {}).get("turned"):  # what reaches the generator is not the gradient at the outputs
        return None
    if not (real and fake and generator) or real * fake >= 0 or fake * generator <= 0 or (real < 0) != real_is_up:
        return None
    return {
        "discriminator_gradient_at_real": real,
        "discriminator_gradient_at_samples": fake,
        "generator_gradient_at_rejected_samples": generator,
    }
