"""What is wrong with the two networks themselves, measured before training."""

from typing import Any

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule

NETWORKS = ("generator", "discriminator")


def networks(evidence: Evidence) -> dict[str, dict[str, Any]]:
    """What was measured of each network."""
    return {name: evidence["before"][name] for name in NETWORKS if name in evidence.get("before", {})}


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
        for name, network in networks(evidence).items()
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
        for name, network in networks(evidence).items()
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
    """Most outputs of a bounded network start at its bounds, or an unbounded discriminator's start far from zero."""
    found: Numbers = {}
    data = evidence.get("before", {}).get("data", {})
    scale = max(1.0, abs(data.get("low", 0.0)), abs(data.get("high", 0.0)))  # large images make large outputs: that is range_mismatch
    for name, network in networks(evidence).items():
        reach = network["reach_high"] - network["reach_low"]
        if network["bounded"] and reach > thresholds.CONSTANT and network["at_bounds"] > thresholds.AT_BOUNDS:
            found[f"{name}_outputs_at_bounds"] = network["at_bounds"]
        if name == "discriminator" and network["output_sd"] / scale > thresholds.OUTPUT_SD:
            found["discriminator_output_sd"] = network["output_sd"]
    return found or None


@rule(
    "error",
    why="Units that are zero for every input pass no gradient on, so they stay dead.",
    fix="Start biases at zero and weights by the layers' widths, or use leaky ReLUs.",
    settings={"hidden_activation": "leaky_relu"},
    reference="Maas, Hannun and Ng 2013, Rectifier nonlinearities improve neural network acoustic models",
)
def dead_units(evidence: Evidence) -> Numbers | None:
    """Nearly all units before some layer are zero for every row of a batch."""
    found = {name: network["dead_units"] for name, network in networks(evidence).items() if network["dead_units"] > thresholds.DEAD_UNITS}
    return {f"{name}_dead_units": share for name, share in found.items()} or None


@rule(
    "error",
    why="A network without trainable variables never learns.",
    fix="Leave `trainable` true: to train the networks in turn it is enough to give each optimiser the variables of its own network.",
    reference="Chollet, Keras guide: Customizing what happens in fit(), section on GANs",
)
def frozen_network(evidence: Evidence) -> Numbers | None:
    """A network has no trainable variables."""
    found = [name for name, network in networks(evidence).items() if network["trainable_variables"] == 0]
    return {"networks": found} if found else None


@rule(
    "error",
    why="The network cannot learn from an input that does not reach its output: without its latent a generator draws one image, "
    "without labels a mixture of classes.",
    fix="Connect every input to the network: concatenate it, embed it, or project on it.",
    reference="Mirza and Osindero 2014, arXiv:1411.1784",
)
def ignored_input(evidence: Evidence) -> Numbers | None:
    """An input's rows can be exchanged without changing any output."""
    alive = {name: network for name, network in networks(evidence).items() if network["dead_units"] <= thresholds.DEAD_UNITS}
    found = [f"{name}: {ignored}" for name, network in alive.items() for ignored in network["ignored_inputs"]]
    return {"inputs": found} if found else None


@rule(
    "error",
    why="Batch normalisation in inference mode uses statistics that nothing updates: it normalises by its initial values.",
    fix="Call the networks with training=True in train_step.",
    reference="Ioffe and Szegedy 2015, arXiv:1502.03167",
)
def inference_batch_norm(evidence: Evidence) -> Numbers | None:
    """A training step leaves a network's moving statistics as they were."""
    moved = evidence.get("before", {}).get("step", {}).get("statistics_moved", {})
    found = [name for name, value in moved.items() if value is False]
    return {"networks": found} if found else None


@rule(
    "error",
    why="A gradient penalty treats each image by itself, but batch statistics make an image's output depend on all the others.",
    fix="Remove batch normalisation from the discriminator, or use layer normalisation.",
    settings={"discriminator_normalization": "none"},
    reference="Gulrajani et al. 2017, arXiv:1704.00028, section 4",
)
def batch_statistics_under_penalty(evidence: Evidence) -> Numbers | None:
    """The discriminator mixes rows and its gradients are penalised."""
    return _with_batch_statistics(evidence, "penalises_gradients")


@rule(
    "warning",
    why="With real images and samples in one batch, batch statistics describe the mixture, and one kind of image changes the outputs for the other.",
    fix="Give real images and samples to the discriminator in separate calls, so that each has its own statistics.",
    reference="Chintala et al. 2016, How to train a GAN (ganhacks), point 4",
)
def batch_statistics_of_a_mixture(evidence: Evidence) -> Numbers | None:
    """The discriminator mixes rows and is given real images and samples in one call."""
    return _with_batch_statistics(evidence, "mixes_real_and_fake")


def _with_batch_statistics(evidence: Evidence, name: str) -> Numbers | None:
    before = evidence.get("before", {})
    dependent = before.get("discriminator", {}).get("batch_dependent")
    return {"batch_dependent": True, name: True} if dependent and before.get("step", {}).get(name) else None
