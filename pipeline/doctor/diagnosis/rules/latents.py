"""What is wrong with the noise that the generator is given, measured over several steps."""

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule


@rule(
    "error",
    why="The generator is given the same noise in every step: it learns to draw a few images for these inputs, and nothing for any other.",
    fix="Draw new noise in every step: with tf.random or keras.random inside of a compiled function, where NumPy's numbers are drawn once, while it "
    "is traced.",
    reference="TensorFlow guide: Better performance with tf.function, section 'Executing Python side effects'",
)
def same_latents(evidence: Evidence) -> Numbers | None:
    """Every step that was looked at has the same noise, though not the same real rows."""
    noise, real = _noise(evidence), evidence.get("over_time", {}).get("real_rows", {})
    if noise.get("looks", 0) < thresholds.LOOKS_TO_TELL or not noise["same_at_every_look"] or real.get("same_batch", True):
        return None
    return {"steps_looked_at": noise["looks"], "different_rows_of_noise": noise["different"]}


@rule(
    "error",
    why="All rows of a batch are made from the same noise, so all its samples are the same.",
    fix="Draw noise for each row: a shape of (batch, numbers).",
    reference="Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1",
)
def latents_alike_in_a_batch(evidence: Evidence) -> Numbers | None:
    """In every step that was looked at the generator is given one row of numbers again and again."""
    noise = _noise(evidence)
    return {"rows": noise["rows"], "different": noise["different"]} if noise.get("all_alike_in_a_batch") else None


@rule(
    "warning",
    why="The noise is so small, or so large, that the generator's first layer sees next to nothing of it, or is saturated by it.",
    fix="Draw noise from N(0, 1), or from a uniform distribution on [-1, 1].",
    reference="Radford et al. 2016, arXiv:1511.06434, section 4",
)
def latent_scale(evidence: Evidence) -> Numbers | None:
    """The spread of the generator's inputs is far from 1."""
    noise = _noise(evidence)
    spread = None if noise.get("may_be_data") else noise.get("sd")
    if spread is None or thresholds.SMALLEST_NOISE <= spread <= thresholds.LARGEST_NOISE:
        return None
    return {"noise_sd": spread, "noise_mean": noise["mean"]}


@rule(
    "warning",
    why="The generator has so few numbers of noise to draw from that its samples lie on a curve or a surface: it cannot draw all that varies.",
    fix="Give it more numbers of noise: 32 to 128 for small images.",
    reference="Radford et al. 2016, arXiv:1511.06434, section 4",
)
def few_latent_numbers(evidence: Evidence) -> Numbers | None:
    """A handful of numbers of noise for rows of many."""
    noise = _noise(evidence)
    if not noise or noise["may_be_data"] or noise["numbers"] > thresholds.FEW_NOISE_NUMBERS or noise["drawn_numbers"] < thresholds.MANY_DRAWN_NUMBERS:
        return None
    return {"noise_numbers": noise["numbers"], "drawn_numbers": noise["drawn_numbers"]}


def _noise(evidence: Evidence) -> Numbers:
    return dict(evidence.get("over_time", {}).get("latents", {}))
