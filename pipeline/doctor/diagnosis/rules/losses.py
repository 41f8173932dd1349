"""What is wrong with the losses and with who learns from them, seen in one training step."""

from typing import Any

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule
from pipeline.doctor.diagnosis.rules.networks import frozen_network


def _loss(evidence: Evidence) -> Numbers:
    return dict(evidence.get("before", {}).get("loss", {}))


def _step(evidence: Evidence) -> Numbers:
    return dict(evidence.get("before", {}).get("step", {}))


def _expects_probabilities(loss: Numbers) -> bool:
    """Whether the loss stops pushing, or pushes the wrong way, when a real image gets an output that no probability can be."""
    at_wrong, undecided = loss.get("surely_wrong", {}).get("real", 0.0), loss.get("undecided", {}).get("real")
    return bool(undecided) and (at_wrong is None or at_wrong * undecided <= 0 or abs(at_wrong) < thresholds.NO_PUSH)


@rule(
    "error",
    why="The discriminator's outputs are bounded and its loss wants them beyond the bounds; a loss of logits applies its own sigmoid to what is one "
    "already. Losses are pinned between bounds, and gradients stay small.",
    mend="Give the loss raw logits: no activation after the discriminator's last layer.",
    setting="discriminator_activation: linear",
    reference="TensorFlow, tf.nn.sigmoid_cross_entropy_with_logits: its inputs are logits",
)
def double_activation(evidence: Evidence) -> Numbers | None:
    """With outputs one beyond their bounds, the loss still pushes outwards."""
    loss = _loss(evidence)
    if not loss or not evidence["before"]["discriminator"]["bounded"] or _expects_probabilities(loss):
        return None
    beyond, undecided = loss["beyond_bounds"], loss["undecided"]
    pushing = {kind: push for kind, push in beyond.items() if push is not None and push * (undecided.get(kind) or 0) > thresholds.STILL_PUSHES}
    if not pushing:
        return None
    network = evidence["before"]["discriminator"]
    return {"outputs_reach": [network["reach_low"], network["reach_high"]]} | {f"push_beyond_{kind}": push for kind, push in pushing.items()}


@rule(
    "error",
    why="The loss expects probabilities and gets raw logits: outside of [0, 1] it has no gradient, or none that is right.",
    mend="Use the loss's form for logits (from_logits=True); a sigmoid after the last layer would also do, and is less exact.",
    reference="Keras, keras.losses.BinaryCrossentropy: from_logits",
)
def logits_as_probabilities(evidence: Evidence) -> Numbers | None:
    """The discriminator is not bounded to [0, 1], and the loss knows nothing beyond."""
    loss, network = _loss(evidence), evidence.get("before", {}).get("discriminator", {})
    if not loss or not _expects_probabilities(loss) or broadcast_outputs.judge(evidence):
        return None
    if network["reach_low"] > -0.01 and network["reach_high"] < 1.01:
        return None
    return {"outputs_reach": [network["reach_low"], network["reach_high"]], "push_at_a_wrong_output": loss["surely_wrong"]["real"]}


@rule(
    "error",
    why="The loss about samples never reaches the discriminator that is trained: another network judges them. The trained one learns to call "
    "everything real, and the loss about samples rises for ever.",
    mend="Judge real images and samples by one and the same discriminator.",
    setting="share_discriminator: true",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def samples_not_judged(evidence: Evidence) -> Numbers | None:
    """In the discriminator's turn its loss flows back from real images alone."""
    return _learns_only_from("real", evidence)


@rule(
    "error",
    why="The discriminator learns from samples alone: nothing tells it what real images are, and the generator chases whatever it rejects least.",
    mend="Put real images into the discriminator's loss, and give each network the gradient of its own loss.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def real_images_not_judged(evidence: Evidence) -> Numbers | None:
    """In the discriminator's turn its loss flows back from samples alone."""
    return _learns_only_from("fake", evidence)


def _learns_only_from(kind: str, evidence: Evidence) -> Numbers | None:
    step = _step(evidence)
    pushed = step.get("pushed", {}).get("discriminator", [])
    return {"discriminator_learns_from": pushed} if pushed == [kind] and "other" not in step["judged"] else None


@rule(
    "error",
    why="Weights without a gradient never change.",
    mend="Look for what cuts the way from the loss to them: stop_gradient, a cast to integers, NumPy, a loss outside of the tape.",
    reference="TensorFlow guide: Introduction to gradients and automatic differentiation, section 'Getting a gradient of None'",
)
def gradient_cut(evidence: Evidence) -> Numbers | None:
    """Of some variables the loss has no gradient, or none of a network's is other than zero."""
    found: dict[str, Any] = {}
    for network, norms in _step(evidence).get("gradients", {}).items():
        without = [name for name, norm in norms.items() if norm is None]
        dead = evidence["before"][network]["dead_units"] > thresholds.DEAD_UNITS
        if norms and not dead and not without and not any(norms.values()):
            without = list(norms)
        if without:
            found |= {f"{network}_without_gradient": without, f"of_{network}": len(norms)}
    return found or None


@rule(
    "warning",
    why="The training step could not be examined: it fails, or it is written in a way that the doctor cannot follow.",
    mend="Read the message; if training goes on without it, networks and losses were not examined.",
    reference="Keras, keras.Model.train_step",
)
def not_examined(evidence: Evidence) -> Numbers | None:
    """The step that was tried before training raised an error, and no network is frozen, which would explain it."""
    failure = evidence.get("before", {}).get("failure")
    return {"message": failure} if failure and not frozen_network.judge(evidence) else None


@rule(
    "note",
    why="What the discriminator is given is neither an image of the batch nor the generator's, as after augmentation or added noise: how the losses "
    "push real images and samples, and whether their ranges fit, was not examined.",
    mend="Examine once without augmentation, and with images scaled before train_step.",
    reference="Karras et al. 2020, arXiv:2006.06676",
)
def losses_not_examined(evidence: Evidence) -> Numbers | None:
    """No row that the discriminator judged is a real image of the batch."""
    judged = _step(evidence).get("judged")
    return {"judged": judged} if judged is not None and "real" not in judged else None


@rule(
    "error",
    why="A network that no optimiser is given stays as it was initialised.",
    mend="Apply the gradients of each network's loss to its variables in every train_step.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def not_updated(evidence: Evidence) -> Numbers | None:
    """In the examined step no optimiser is given a network that has trainable variables."""
    if "updated" not in _step(evidence):
        return None
    updated = {network for networks in _step(evidence)["updated"] for network in networks}
    found = [name for name in ("generator", "discriminator") if name not in updated and evidence["before"][name]["trainable_variables"]]
    return {"networks": found} if found else None


@rule(
    "error",
    why="One network's update moves the other one too, towards its own loss: a discriminator taught to be fooled, a generator taught to be caught.",
    mend="Give each optimiser the variables of its own network alone.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def other_network_updated(evidence: Evidence) -> Numbers | None:
    """One call of an optimiser is given variables of both networks, and their gradients were not taken apart, each network's of its own loss."""
    apart = {network for network, norms in _step(evidence).get("gradients", {}).items() if norms}
    found = [networks for networks in _step(evidence).get("updated", []) if len(networks) > 1 and not apart.issuperset(networks)]
    return {"updated_together": found[0]} if found else None


@rule(
    "error",
    why="The generator pushes the discriminator's output for samples the same way as the discriminator does: it learns to be caught.",
    mend="Turn the sign of the generator's loss, or its labels: it wants samples to be called real.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, section 3",
)
def generator_sign(evidence: Evidence) -> Numbers | None:
    """For samples both losses push the output down, while real images are pushed up."""
    return _same_way(evidence, real_is_up=True)


@rule(
    "error",
    why="The discriminator is taught to call samples real and real images fake, and the generator is taught by that.",
    mend="Exchange the labels in the discriminator's loss, 1 for real images, 0 for samples; without labels, turn its sign.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, section 3",
)
def labels_swapped(evidence: Evidence) -> Numbers | None:
    """For samples both losses push the output up, while real images are pushed down."""
    return _same_way(evidence, real_is_up=False)


@rule(
    "error",
    why="Outputs of shape (n,) and (n, 1) make a table (n, n) when combined: each output is held against every label or partner, and the loss "
    "no longer tells which is which.",
    mend="Give outputs and labels the same shape before the loss, and look whether labels differ between real images and samples.",
    reference="NumPy user guide: Broadcasting",
)
def broadcast_outputs(evidence: Evidence) -> Numbers | None:
    """Real images and samples are pushed the same way, or each sample is paired with all real images."""
    loss = _loss(evidence)
    pushes = loss.get("undecided", {})
    real, fake = pushes.get("real"), pushes.get("fake")
    if real and fake and real * fake > 0:
        return {"push_real": real, "push_fake": fake}
    return {"each_sample_against_every_real_image": True} if loss.get("pairs_every_with_every") else None


def _same_way(evidence: Evidence, real_is_up: bool) -> Numbers | None:
    loss = _loss(evidence)
    real, fake = (loss.get("undecided", {}).get(kind) for kind in ("real", "fake"))
    generator = loss.get("rejected", {}).get("fake")
    if not (real and fake and generator) or real * fake >= 0 or fake * generator <= 0 or (real > 0) != real_is_up:
        return None
    return {"discriminator_pushes_real": real, "discriminator_pushes_samples": fake, "generator_pushes_rejected_samples": generator}
