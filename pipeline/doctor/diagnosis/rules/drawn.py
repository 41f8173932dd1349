"""What the script draws after training, and from which network, against what was trained."""

from typing import Any

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule


@rule(
    "error",
    why="Samples are drawn from a copy of the generator that stays as it was before training, so they do not show what was learnt.",
    fix="Update the average after each of the generator's steps, with assign: average.assign(decay * average + (1 - decay) * weight).",
    reference="Karras et al. 2018, arXiv:1710.10196, section 5",
)
def average_never_moves(evidence: Evidence) -> Numbers | None:
    """The network that samples are drawn from has the generator's first weights at every look, while the generator moves."""
    for network in _alone(evidence):
        if network["looks"] >= thresholds.LOOKS_AT_REST and not network["moved"] and network["from_first"] < thresholds.COPY:
            return _numbers(network)
    return None


@rule(
    "error",
    why="Samples are drawn from a network of the generator's shape that was never trained, so they do not show what was learnt.",
    fix="Draw from the generator that is trained, or give this network its weights: network.set_weights(generator.get_weights()).",
    reference="Keras, Model.set_weights",
)
def samples_from_untrained_network(evidence: Evidence) -> Numbers | None:
    """The network that samples are drawn from has weights of its own that nothing moves, as far from the generator as random ones."""
    for network in _alone(evidence):
        if not network["moved"] and min(network["from_first"], network["from_generator"]) > thresholds.STRANGE:
            return _numbers(network)
    return None


@rule(
    "error",
    why="Batch normalisation of the averaged generator uses the moving statistics of an untrained one, which do not fit the averaged weights.",
    fix="Go through generator.weights, not only trainable_variables, and copy those that are not trainable as they are.",
    reference="Karras et al. 2020, arXiv:2006.06676, whose code copies buffers as they are; Izmailov et al. 2018, arXiv:1803.05407, section 3.2",
)
def average_without_statistics(evidence: Evidence) -> Numbers | None:
    """Weights of the average move, but the moving statistics of its batch normalisation do not, while those of the generator do."""
    averages = evidence.get("over_time", {}).get("averages", {})
    if not averages.get("generator_statistics_moved"):
        return None
    for network in averages.get("networks", []):
        if network["moved"] and network["statistics_moved"] is False and network["drawn"] and not network["by_batch"]:
            return _numbers(network)
    return None


@rule(
    "warning",
    why="The averaged generator is nearer to the weights before training than to those now, so its samples are younger than the training.",
    fix="Lower the decay, so that 1 / (1 - decay) is a tenth of the training's steps at most, or raise it from a low value as training goes on.",
    reference="Karras et al. 2020, arXiv:2006.06676, whose half-life grows with the images shown",
)
def average_lags(evidence: Evidence) -> Numbers | None:
    """An average that moves is still nearer to the first weights than to the generator, after a thousand steps."""
    over_time = evidence.get("over_time", {})
    if over_time.get("movement", {}).get("generator", {}).get("steps", 0) < thresholds.STEPS_TO_TELL:
        return None
    for network in over_time.get("averages", {}).get("networks", []):
        if network["moved"] and network["drawn"] and network["from_generator"] > thresholds.LAGS * network["from_first"]:
            return _numbers(network)
    return None


@rule(
    "error",
    why="The generator is given other noise where samples are drawn than in training: it has learnt nothing about such points.",
    fix="Draw latents from the distribution of the training step: the same function, mean and spread.",
    reference="Goodfellow et al. 2014, arXiv:1406.2661",
)
def latents_drawn_differently(evidence: Evidence) -> Numbers | None:
    """The noise outside of the training step has another mean, or a much larger spread; a smaller spread is truncation."""
    drawn = evidence.get("over_time", {}).get("drawn", {})
    if drawn.get("rows", 0) * drawn.get("columns", 0) < thresholds.NUMBERS_OF_NOISE:
        return None
    shift = abs(drawn["mean"] - drawn["mean_in_step"]) if drawn["columns"] >= thresholds.COLUMNS_OF_NOISE else 0.0
    shifted = shift > thresholds.SHIFTED * drawn["sd_in_step"] and shift > thresholds.STANDARD_ERRORS * drawn["error_of_means"]
    if not shifted and drawn["sd"] < thresholds.WIDER * drawn["sd_in_step"]:
        return None
    return {name: drawn[name] for name in ("mean_in_step", "sd_in_step", "mean", "sd")}


@rule(
    "error",
    why="Samples are drawn one at a time, and batch normalisation normalises each by itself: next to nothing is left of the noise, and samples are "
    "all alike.",
    fix="Call the generator with training=False to draw samples, or draw a whole batch at once.",
    reference="Ioffe and Szegedy 2015, arXiv:1502.03167, section 3.1",
)
def drawn_one_by_one(evidence: Evidence) -> Numbers | None:
    """The generator's batch normalisation uses the statistics of a batch, and each batch that is drawn after training has one row."""
    drawn = evidence.get("over_time", {}).get("drawn", {})
    if evidence.get("over_time", {}).get("latents", {}).get("may_be_data", True):  # an image that is translated is no noise that gets lost
        return None
    alone = drawn.get("by_batch") and drawn["rows_a_call"] == 1 and drawn["calls"] >= thresholds.DRAWN_ALONE
    return {"calls": drawn["calls"], "rows_a_call": 1} if alone else None


@rule(
    "warning",
    why="The same generator, given the same kind of noise, draws other samples after training than in its last steps.",
    fix="Call it as in training: batch normalisation whose moving statistics have settled (momentum 0.9), conditions encoded and scaled alike.",
    reference="Ioffe 2017, arXiv:1702.03275",
)
def samples_drawn_differ(evidence: Evidence) -> Numbers | None:
    """Samples drawn after training are further from those in the step than one constant row is, by their energy distance."""
    drawn = evidence.get("over_time", {}).get("drawn", {})
    low, high = thresholds.SAME_SPREAD
    if (
        "samples_distance" not in drawn
        or drawn_one_by_one.check(evidence)
        or not low < drawn["spread_of_rows"] < high
        or not drawn["samples_distance"] >= thresholds.DRAWN_FAR  # or is no number
    ):
        return None
    return {name: drawn[name] for name in ("samples_distance", "range", "range_in_step")}


def _alone(evidence: Evidence) -> list[dict[str, Any]]:
    """Networks that samples are drawn from, if they are drawn from nothing that is trained."""
    averages = evidence.get("over_time", {}).get("averages", {})
    drawn = [network for network in averages.get("networks", []) if network["drawn"]]
    trained = averages.get("drawn_from_generator") or any(network["moved"] for network in drawn)
    return [] if trained or averages.get("generator_moved", 0.0) < thresholds.GENERATOR_MOVED else drawn


def _numbers(network: dict[str, Any]) -> Numbers:
    return {name: network[name] for name in ("name", "looks", "from_first", "from_generator")}
