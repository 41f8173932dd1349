"""What is wrong with the two networks themselves, measured before training."""

from typing import Any

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule
from pipeline.doctor.diagnosis.loss_family import WASSERSTEIN, loss_family

NETWORKS = ("generator", "discriminator")


def networks(evidence: Evidence) -> dict[str, dict[str, Any]]:
    """What was measured of each network."""
    return {name: evidence["before"][name] for name in NETWORKS if name in evidence.get("before", {})}


def living_networks(evidence: Evidence) -> dict[str, dict[str, Any]]:
    """The same without those whose weights are all zero, which explains whatever else they show."""
    return {name: network for name, network in networks(evidence).items() if not is_zero(network)}


@rule(
    "error",
    why="Affine layers in a row are one affine layer: the network can do no more than a linear model, however many layers it has.",
    fix="Put a non-linear activation after every layer but the last.",
    settings={"hidden_activation": "relu"},
    reference="Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.1",
)
def no_nonlinearity(evidence: Evidence) -> Numbers | None:
    """Every weighted layer of a network receives an affine function of what the one before received."""
    found = {
        name: network["weighted_layers"]
        for name, network in living_networks(evidence).items()
        if network["weighted_layers"] > 1 and len(network["affine_pairs"]) == network["weighted_layers"] - 1
    }
    return {f"{name}_layers": count for name, count in found.items()} or None


@rule(
    "warning",
    why="Two layers with nothing non-linear between them do the work of one.",
    fix="Put an activation between them, or drop one.",
    settings={"hidden_activation": "leaky_relu"},
    reference="Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.1",
)
def collapsed_layers(evidence: Evidence) -> Numbers | None:
    """Some neighbouring layers collapse into one, not all."""
    found = [
        f"{name}: {first} and {second}"
        for name, network in living_networks(evidence).items()
        if len(network["affine_pairs"]) < network["weighted_layers"] - 1
        for first, second in network["affine_pairs"]
    ]
    return {"layers": found} if found else None


@rule(
    "error",
    why="Activations start at their bounds, where gradients all but vanish, or outputs start so large that the loss is sure of everything.",
    fix="Initialise weights by the layers' widths (Glorot or He), not with a standard deviation of 1.",
    settings={"initializer": "glorot"},
    reference="Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks",
)
def initial_scale(evidence: Evidence) -> Numbers | None:
    """Most outputs of a bounded network start at its bounds, an unbounded discriminator's start far from zero, or samples are far too wide.

    Large scores do no harm to a Wasserstein loss: it has the same gradient everywhere.
    """
    found: Numbers = {}
    data = evidence.get("before", {}).get("data", {})
    scale = max(1.0, abs(data.get("low", 0.0)), abs(data.get("high", 0.0)))  # large images make large outputs: that is range_mismatch
    for name, network in living_networks(evidence).items():
        reach = network["reach_high"] - network["reach_low"]
        if network["bounded"] and reach > thresholds.CONSTANT and network["at_bounds"] > thresholds.AT_BOUNDS:
            found[f"{name}_outputs_at_bounds"] = network["at_bounds"]
        if name == "discriminator" and network["output_sd"] / scale > thresholds.OUTPUT_SD and loss_family(evidence) != WASSERSTEIN:
            found["discriminator_output_sd"] = network["output_sd"]
    first = _first_samples(data)
    if first > thresholds.FIRST_SAMPLES and "generator" in living_networks(evidence):
        found["generator_first_samples_to_real_rows"] = first
    return found or None


def _first_samples(data: Numbers) -> float:
    """The range of the first samples over that of real rows; 0 where real rows are narrow, so that samples cannot but be wider."""
    low, high = data.get("samples_range") or (0.0, 0.0)
    real = data.get("high", 0.0) - data.get("low", 0.0)
    return float(high - low) / real if real > thresholds.NARROW and data.get("samples_as_drawn") else 0.0


@rule(
    "error",
    why="Units that are zero for every input pass no gradient on, so they stay dead.",
    fix="Start biases at zero and weights by the layers' widths, or use leaky ReLUs.",
    settings={"hidden_activation": "leaky_relu"},
    reference="Maas, Hannun and Ng 2013, Rectifier nonlinearities improve neural network acoustic models",
)
def dead_units(evidence: Evidence) -> Numbers | None:
    """Nearly all units before some layer are zero for every row of a batch."""
    found = {name: network["dead_units"] for name, network in living_networks(evidence).items() if network["dead_units"] > thresholds.DEAD_UNITS}
    return {f"{name}_dead_units": share for name, share in found.items()} or None


@rule(
    "warning",
    why="All that a network knows of its input passes through one or two numbers on the way to its output: it cannot draw, or tell apart, more "
    "than these numbers can say.",
    fix="Make the narrow layer wider: 32 units or more for small images. A number that looks like an output in the middle may be one layer too many.",
    reference="Radford et al. 2016, arXiv:1511.06434, section 3",
)
def narrow_layer(evidence: Evidence) -> Numbers | None:
    """Everything passes through at most two units between two layers, where more numbers are drawn from, and judged."""
    latents = evidence.get("over_time", {}).get("latents", {})
    if latents.get("drawn_numbers", 0) < thresholds.MANY_DRAWN_NUMBERS:
        return None
    found = {name: network.get("fewest_units") for name, network in living_networks(evidence).items()}
    if latents["numbers"] <= thresholds.FEW_NOISE_NUMBERS:  # the noise itself is as narrow
        found.pop("generator", None)
    return {f"{name}_units": units for name, units in found.items() if units and units <= thresholds.FEW_NOISE_NUMBERS} or None


@rule(
    "warning",
    why="Most of what a layer computes is dropped in every step: what is left teaches little, and differs from step to step.",
    fix="Drop a quarter to a half, or nothing.",
    reference="Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting, section 7.3",
)
def much_dropout(evidence: Evidence) -> Numbers | None:
    """A network drops more than three quarters of a layer's outputs."""
    rates = {f"{name}_dropout": evidence.get("before", {}).get(name, {}).get("dropout", 0.0) for name in ("generator", "discriminator")}
    return {name: rate for name, rate in rates.items() if rate > thresholds.DROPPED} or None


@rule(
    "error",
    why="A network whose variables are not trainable never learns. In Keras 3 `trainable = False` freezes a network wherever it is used, also where "
    "it was compiled before.",
    fix="Leave `trainable` true, and give each optimiser the variables of its own network. Where a combined model needs the discriminator "
    "frozen, switch the flag before every call that trains, and back.",
    reference="Chollet, Keras guide: Customizing what happens in fit(), section on GANs",
)
def frozen_network(evidence: Evidence) -> Numbers | None:
    """A network has no trainable variables, or its flag says so and no step moved it."""
    step = evidence.get("before", {}).get("step", {})
    found = [name for name, network in networks(evidence).items() if network["trainable_variables"] == 0 or _stands_still(step, name)]
    return {"networks": found} | ({"trainable": False} if "moved" in step else {}) if found else None


def _stands_still(step: dict[str, Any], name: str) -> bool:
    """Whether a network's flag says that it is not trainable, and no step trained it."""
    return name not in trained_networks(step) and not step.get("trainable", {}).get(name, True)


def trained_networks(step: dict[str, Any]) -> set[str]:
    """The networks that optimisers are given, and those that were seen to move.

    Once several steps were looked at, only the latter: until then an optimiser may be collecting gradients of several batches.
    """
    moved = set(step.get("moved", []))
    if step.get("looks", 0) >= thresholds.LOOKS_IN_TURNS:
        return moved
    return moved.union(network for networks in step.get("updated", []) for network in networks)


@rule(
    "error",
    why="Weights that are zero pass no gradient on: every output is the same whatever the input, and the layers before them never change.",
    fix="Initialise weights at random, by the layers' widths (Glorot or He). Look for an integer division in an initializer of your own.",
    settings={"initializer": "glorot"},
    reference="Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks",
)
def zero_weights(evidence: Evidence) -> Numbers | None:
    """Every matrix of a network starts at zero, or one does and has no gradient, either: it stays there. A last one that starts at zero learns."""
    gradients = evidence.get("before", {}).get("step", {}).get("gradients", {})
    found: Numbers = {}
    for name, network in networks(evidence).items():
        zero = network.get("zero_kernels", [])
        stuck = zero if is_zero(network) else [path for path in zero if gradients.get(name, {}).get(path) == 0]
        found |= {f"{name}_layers": stuck} if stuck else {}
    return found or None


@rule(
    "warning",
    why="All weights of a layer begin with one value, so that all of its units compute the same, and outputs grow with the layer's width.",
    fix="Initialise weights at random, by the layers' widths (Glorot or He).",
    settings={"initializer": "glorot"},
    reference="Goodfellow, Bengio and Courville, Deep Learning (2016), section 8.4",
)
def constant_weights(evidence: Evidence) -> Numbers | None:
    """A matrix of a network starts with the same number, other than zero, in all places."""
    found = {name: network.get("constant_kernels", []) for name, network in networks(evidence).items()}
    return {f"{name}_layers": layers for name, layers in found.items() if layers} or None


def is_zero(network: dict[str, Any]) -> bool:
    """Whether all matrices of a network are zero, which explains whatever else it shows."""
    return 0 < network.get("kernels", 0) == len(network.get("zero_kernels", []))


@rule(
    "error",
    why="The network cannot learn from an input that does not reach its output: without its latent a generator draws one image, "
    "without labels a mixture of classes.",
    fix="Connect every input to the network: concatenate it, embed it, or project on it.",
    reference="Mirza and Osindero 2014, arXiv:1411.1784",
)
def ignored_input(evidence: Evidence) -> Numbers | None:
    """An input's rows can be exchanged without changing any output."""
    alive = {name: network for name, network in living_networks(evidence).items() if network["dead_units"] <= thresholds.DEAD_UNITS}
    found = [f"{name}: {ignored}" for name, network in alive.items() for ignored in network["ignored_inputs"]]
    return {"inputs": found} if found else None
