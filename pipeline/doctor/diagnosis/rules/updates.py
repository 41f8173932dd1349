"""What is wrong with who learns in one training step: which variables get a gradient, and which an update."""

from typing import Any

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule
from pipeline.doctor.diagnosis.rules.networks import frozen_network


def step_evidence(evidence: Evidence) -> Numbers:
    """What was recorded of the examined step; empty if no step was examined."""
    return dict(evidence.get("before", {}).get("step", {}))


@rule(
    "warning",
    why="The training step could not be examined: it fails, or it is written in a way that the doctor cannot follow.",
    fix="Read the message. If training continues nevertheless, losses and optimisers were not examined.",
    reference="Keras, keras.Model.train_step",
)
def not_examined(evidence: Evidence) -> Numbers | None:
    """The step that was tried before training raised an error, and no network is frozen, which would explain it."""
    failure = evidence.get("before", {}).get("failure")
    return {"message": failure} if failure and not frozen_network.check(evidence) else None


@rule(
    "error",
    why="Weights without a gradient never change.",
    fix="Find what cuts the path from the loss to them: stop_gradient, a cast to integers, NumPy, a loss computed outside of the tape.",
    reference="TensorFlow guide: Introduction to gradients and automatic differentiation, section 'Getting a gradient of None'",
)
def gradient_cut(evidence: Evidence) -> Numbers | None:
    """Some variables have no gradient, or all gradients of a network are zero."""
    found: dict[str, Any] = {}
    for network, norms in step_evidence(evidence).get("gradients", {}).items():
        without = [name for name, norm in norms.items() if norm is None]
        dead = evidence["before"][network]["dead_units"] > thresholds.DEAD_UNITS
        if norms and not dead and not without and not any(norms.values()):
            without = list(norms)
        if without:
            found |= {f"{network}_without_gradient": without, f"of_{network}": len(norms)}
    return found or None


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
    updated = {network for networks in step["updated"] for network in networks}
    missing = [name for name in ("generator", "discriminator") if name not in updated and evidence["before"][name]["trainable_variables"]]
    return {"networks": missing} if missing else None


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
    return {"updated_together": together[0]} if together else None
