"""What is wrong with who learns in one training step: which variables get a gradient, and which an update."""

from typing import Any

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule
from pipeline.doctor.diagnosis.rules.networks import frozen_network, is_zero, trained_networks


def step_evidence(evidence: Evidence) -> Numbers:
    """What was recorded of the examined step; empty if no step was examined."""
    return dict(evidence.get("before", {}).get("step", {}))


@rule(
    "warning",
    why="The training step, or both networks after an epoch, could not be examined: that fails, or is written in a way that the doctor cannot "
    "follow.",
    fix="Read the message. If training continues nevertheless, losses and optimisers, or outputs and samples of that epoch, were not examined.",
    reference="Keras, keras.Model.train_step",
)
def not_examined(evidence: Evidence) -> Numbers | None:
    """What was tried raised an error: the step before training, unless a frozen network explains it, or measuring both networks after an epoch."""
    failure = evidence.get("before", {}).get("failure")
    if failure and not frozen_network.check(evidence):
        return {"message": failure}
    return next(({"message": row["failure"], "epoch": row["epoch"]} for row in evidence.get("epochs", []) if "failure" in row), None)


@rule(
    "error",
    why="Weights without a gradient never change.",
    fix="Find what cuts the path from the loss to them: stop_gradient, a cast to integers, NumPy, a loss computed outside of the tape.",
    reference="TensorFlow guide: Introduction to gradients and automatic differentiation, section 'Getting a gradient of None'",
)
def gradient_cut(evidence: Evidence) -> Numbers | None:
    """No variable of a network has a gradient, or all of its gradients are zero."""
    found: dict[str, Any] = {}
    for network, norms in step_evidence(evidence).get("gradients", {}).items():
        described = evidence["before"].get(network, {})
        explained = described.get("dead_units", 0.0) > thresholds.DEAD_UNITS or _has_zero_weights(evidence)
        explained |= network == "generator" and generator_loss_without_samples.check(evidence) is not None
        if norms and not explained and not any(norms.values()):
            found |= {f"{network}_without_gradient": list(norms), f"of_{network}": len(norms)}
    return found or None


@rule(
    "warning",
    why="Some weights have no gradient: they never change. Unless they are meant to be unused, a part of the network is cut off from the loss.",
    fix="Find what cuts the path from the loss to them: argmax, rounding, a cast to integers, stop_gradient, an output that no loss uses.",
    reference="TensorFlow guide: Introduction to gradients and automatic differentiation, section 'Getting a gradient of None'",
)
def partly_cut(evidence: Evidence) -> Numbers | None:
    """Some variables of a network have no gradient, and others have one."""
    found: dict[str, Any] = {}
    for network, norms in step_evidence(evidence).get("gradients", {}).items():
        without = [name for name, norm in norms.items() if norm is None]
        if without and any(norms.values()):
            found |= {f"{network}_without_gradient": without, f"of_{network}": len(norms)}
    return found or None


@rule(
    "warning",
    why="Some numbers that the generator draws have no gradient: what makes them is never trained.",
    fix="Round, or choose a category, only when samples are drawn; in training show the discriminator the number before it, or use Gumbel-softmax.",
    reference="Jang et al. 2017, arXiv:1611.01144",
)
def outputs_without_gradient(evidence: Evidence) -> Numbers | None:
    """Some columns of the generator's last weights have no gradient at any look, and others have one."""
    found = evidence.get("over_time", {}).get("output_gradients", {})
    without = found.get("without_gradient", [])
    if found.get("looks", 0) < thresholds.LOOKS_TO_TELL or not 0 < len(without) < found["outputs"]:
        return None
    return {"outputs_without_gradient": without, "of": found["outputs"]}


@rule(
    "warning",
    why="Some weights of a network are given to no optimizer: they stay as they were initialised while the rest learns around them.",
    fix="Give the optimizer network.trainable_variables, read after the last layer was added and the network was built. With an encoder "
    "give it those of both. Set trainable = False on a part that is to stay as it is.",
    reference="Keras, keras.Model.trainable_variables",
)
def weights_left_out(evidence: Evidence) -> Numbers | None:
    """Trainable weights of a network that is trained, or of one that feeds the generator, are given to no optimizer, and nothing else moves them."""
    found = evidence.get("over_time", {}).get("left_out", {})
    if found.get("looks", 0) < thresholds.LOOKS_TO_TELL or gradient_cut.check(evidence) or partly_cut.check(evidence):
        return None
    numbers: Numbers = {}
    for network, left in found.get("networks", {}).items():
        numbers |= {f"{network}_weights": left["weights"], f"of_{network}": left["of"]}
    never = found.get("never_trained", [])
    return (numbers | ({"networks_that_feed_the_generator": never} if never else {})) or None


@rule(
    "error",
    why="A network was made anew while the other one was trained on: what the earlier one had learnt is lost, and the new one begins against a "
    "partner that is far ahead.",
    fix="Build both networks and both optimizers once, before the loop over epochs.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def network_built_again(evidence: Evidence) -> Numbers | None:
    """At last another model of the same shapes is trained in the place of one network, beside the same partner as before."""
    networks = evidence.get("over_time", {}).get("built_again", {}).get("networks")
    return {"networks_built_again": networks} if networks else None


def _has_zero_weights(evidence: Evidence) -> bool:
    """Whether a network's weights are all zero: no gradient passes it, to itself or to the other one."""
    return any(is_zero(evidence["before"].get(name, {})) for name in ("generator", "discriminator"))


@rule(
    "error",
    why="A network that no optimiser updates stays as it was initialised.",
    fix="Apply the gradients of each network's loss to its variables in every train_step.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def not_updated(evidence: Evidence) -> Numbers | None:
    """In the examined step no optimiser is given a network that has trainable variables."""
    step = step_evidence(evidence)
    if "updated" not in step:
        return None
    updated = trained_networks(step)
    frozen = (frozen_network.check(evidence) or {}).get("networks", [])
    missing = [name for name in ("generator", "discriminator") if name not in updated and name not in frozen]
    return {"networks": missing} if missing and not _has_zero_weights(evidence) else None


@rule(
    "error",
    why="One network's update also moves the other one, towards the wrong loss: a discriminator that learns to be fooled, or a generator that learns "
    "to be recognised.",
    fix="Give each optimiser the variables of its own network alone.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def other_network_updated(evidence: Evidence) -> Numbers | None:
    """One call of an optimiser is given variables of both networks, and their gradients were not computed separately, each of its own loss."""
    step = step_evidence(evidence)
    separate = {network for network, norms in step.get("gradients", {}).items() if norms}
    together = [networks for networks in step.get("updated", []) if len(networks) > 1 and not separate.issuperset(networks)]
    return {"updated_together": together[0]} if together and separate else None  # one loss for all: gradients may be reversed on their way


@rule(
    "error",
    why="The generator's loss takes the discriminator's outputs for real images in the place of those for samples. It does not depend on what "
    "the generator draws, so the discriminator teaches the generator nothing.",
    fix="Give the generator's loss the discriminator's outputs for the generator's own samples.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def generator_loss_without_samples(evidence: Evidence) -> Numbers | None:
    """The generator's loss depends on the discriminator's outputs for real images alone."""
    step = step_evidence(evidence)
    kinds = step.get("learns_from", {}).get("generator", [])  # of rows that are neither real nor a sample it is unknown what they are
    return {"generator_learns_from": kinds} if kinds == ["real"] and "other" not in step.get("discriminator_inputs", ["other"]) else None


@rule(
    "warning",
    why="The step calls a network that is trained, and uses nothing of what it gives: no loss depends on this call, and a loss that was meant to "
    "takes something else.",
    fix="Use the outputs of this call in the loss that they were computed for, or remove the call.",
    reference="Zhu et al. 2017, arXiv:1703.10593, section 3.2",
)
def unused_network_output(evidence: Evidence) -> Numbers | None:
    """In the traced step no operation uses any output of a call, and it is neither returned nor printed."""
    unused = evidence.get("before", {}).get("step", {}).get("unused_outputs")
    return {"unused_outputs_of": unused} if unused else None


@rule(
    "error",
    why="Both networks have the same weights, and each turn moves them towards its own loss: what one learns the other undoes.",
    fix="Build the layers of each network anew: a layer, or a block of layers, that is called in both shares its weights.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def shared_weights(evidence: Evidence) -> Numbers | None:
    """Generator and discriminator have weights in common, other than embeddings, that updates of both turns move."""
    shared = _shared(evidence)
    return {"shared_weights": shared} if any("embedding" not in name for name in shared) else None


@rule(
    "warning",
    why="Both networks look labels up in the same table, and each turn moves it towards its own loss.",
    fix="Give each network an embedding of its own.",
    reference="Mirza and Osindero 2014, arXiv:1411.1784",
)
def shared_embedding(evidence: Evidence) -> Numbers | None:
    """The only weights that generator and discriminator have in common are embeddings."""
    shared = _shared(evidence)
    return {"shared_weights": shared} if shared and not shared_weights.check(evidence) else None


def _shared(evidence: Evidence) -> list[str]:
    return list(evidence.get("before", {}).get("step", {}).get("shared_weights", []))
