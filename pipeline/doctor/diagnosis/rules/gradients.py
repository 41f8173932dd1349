"""What goes wrong with gradients and other tensors of the training steps, measured in each epoch."""

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule
from pipeline.doctor.diagnosis.rules.training import epochs


@rule(
    "error",
    why="From here on losses, gradients and weights are not numbers.",
    fix="Look at the tensor that was the first: a batch needs cleaning; a gradient needs a smaller learning rate, or an epsilon under a root or a "
    "logarithm.",
    reference="TensorFlow, tf.debugging.enable_check_numerics",
)
def not_finite(evidence: Evidence) -> Numbers | None:
    """A tensor of a training step, or of the batch or the weights before training, is infinite or not a number."""
    before = evidence.get("before", {}).get("not_finite")
    if before:
        return {"first": before, "epoch": 0}
    for row in epochs(evidence):
        if "first_not_finite" in row:
            return {"first": row["first_not_finite"], "epoch": row["epoch"], "step": row.get("first_not_finite_step")}
    return None


@rule(
    "error",
    why="The generator's gradient has vanished: it cannot improve any more.",
    fix="Use a loss that does not saturate, hold the discriminator back (R1), and make sure that no activation is at its bounds.",
    settings={"objective": "non_saturating"},
    reference="Goodfellow et al. 2014, arXiv:1406.2661, section 3; Arjovsky and Bottou 2017, arXiv:1701.04862",
)
def generator_gradient_vanishes(evidence: Evidence) -> Numbers | None:
    """The generator's mean gradient norm has fallen to a ten-thousandth of that of an earlier epoch, or to nothing."""
    rows = epochs(evidence)
    last = rows[-1].get("generator_gradient") if rows else None
    first = max((row.get("generator_gradient") or 0.0 for row in rows), default=0.0)
    if last is None or first == 0 or (last > thresholds.VANISHED * first and last > thresholds.NO_GRADIENT):
        return None
    return {"epoch": rows[-1]["epoch"], "gradient": last, "largest_before": first}


@rule(
    "error",
    why="Gradients explode: a single step moves the weights far away from what was learnt.",
    fix="Lower the learning rate, bound the discriminator (gradient penalty, spectral normalisation), or clip gradients.",
    settings={"gradient_penalty": 10.0},
    reference="Pascanu et al. 2013, arXiv:1211.5063; Gulrajani et al. 2017, arXiv:1704.00028",
)
def exploding_gradients(evidence: Evidence) -> Numbers | None:
    """A network's mean gradient norm is a hundred times larger than in any healthy training."""
    rows = epochs(evidence)
    for network in ("discriminator", "generator") if rows else ():
        name = f"{network}_gradient"
        now = rows[-1].get(name)
        if now is not None and now > thresholds.EXPLODED:
            return {"epoch": rows[-1]["epoch"], name: now}
    return None
