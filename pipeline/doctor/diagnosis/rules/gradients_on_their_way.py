"""What becomes of gradients on their way through a network, and from a tape to an optimizer, measured over several steps."""

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule


@rule(
    "warning",
    why="What the optimizer is given grows from step to step, and is many times the gradient of the step: gradients of all earlier steps are added "
    "up, so that the network is moved by what was true long ago.",
    fix="Set the accumulated gradients to zero whenever they were applied: accumulator.assign(tf.zeros_like(accumulator)).",
    reference="Keras, keras.optimizers.Optimizer: gradient_accumulation_steps",
)
def gradients_pile_up(evidence: Evidence) -> Numbers | None:
    """In the last third of the looks an optimizer is given far more than the gradient of the step, and far more than at first."""
    found: Numbers = {}
    for name, of in evidence.get("over_time", {}).get("applied", {}).items():
        now, before = of["given_over_computed"], of["given_over_computed_at_first"]
        if of["looks"] >= thresholds.LOOKS_AT_MOVEMENT and now > thresholds.PILED_UP and min(now / before, of["growth"]) > thresholds.PILING_UP:
            found |= {f"{name}_given_to_gradient_at_first": before, f"{name}_given_to_gradient": now}
    return found or None


@rule(
    "warning",
    why="Little of the gradient is left at the first layers of a network: they hardly learn, or follow rounding errors, while the last ones do.",
    fix="Use ReLUs or leaky ReLUs in hidden layers in the place of sigmoid or tanh, fewer layers, normalisation between them, or residual "
    "connections.",
    settings={"hidden_activation": "leaky_relu"},
    reference="Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks",
)
def gradient_fades(evidence: Evidence) -> Numbers | None:
    """At half of the looks the gradient of the first matrix is less than a thousandth of the largest one of the same network."""
    found: Numbers = {}
    for name, of in evidence.get("over_time", {}).get("fading", {}).items():
        if of["looks"] >= thresholds.LOOKS_AT_MOVEMENT and of["left_at_first_layer"] < thresholds.FADED:
            found[f"{name}_left_at_first_layer"] = of["left_at_first_layer"]
    return found or None
