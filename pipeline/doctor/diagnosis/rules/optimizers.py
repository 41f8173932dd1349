"""Learning rates and decay rates far outside of what is known to work, read from the optimisers before training."""

import math

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers, rule

USUAL_RATE = 0.0002


@rule(
    "error",
    why="A network that learns too fast overshoots, and leaves the other one behind; one that learns too slowly falls behind.",
    fix="Begin with 0.0002 for both and β1 = 0.5, and keep one rate within a few times the other.",
    settings={"generator_learning_rate": 0.0002, "discriminator_learning_rate": 0.0002},
    reference="Radford et al. 2016, arXiv:1511.06434; Heusel et al. 2017, arXiv:1706.08500",
)
def learning_rate(evidence: Evidence) -> Numbers | None:
    """A rate is out of bounds, or one network's is many times the other's."""
    rates = {network: numbers["learning_rate"] for network, numbers in _optimizers(evidence).items() if "beta_1" in numbers}
    if not rates:
        return None
    low, high = min(rates.values()), max(rates.values())
    if low >= thresholds.LOWEST_RATE and high <= thresholds.HIGHEST_RATE and high <= thresholds.RATE_RATIO * low:
        return None
    furthest_first = sorted(rates, key=lambda network: -abs(math.log(max(rates[network], 1e-12) / USUAL_RATE)))  # its line is the one to change
    return {f"{network}_learning_rate": rates[network] for network in furthest_first}


@rule(
    "error",
    why="Between two networks a long average over past gradients makes both overshoot: each responds to where the other one was, not to where it is.",
    fix="Use β1 = 0.5 or 0, and β2 between 0.9 and 0.999.",
    settings={"adam_beta_1": 0.5, "adam_beta_2": 0.9},
    reference="Radford et al. 2016, arXiv:1511.06434, section 4; Gidel et al. 2019, arXiv:1807.04740",
)
def momentum(evidence: Evidence) -> Numbers | None:
    """β1 above, or β2 below, what GANs are known to train with."""
    found: Numbers = {}
    for network, numbers in _optimizers(evidence).items():
        if numbers.get("beta_1", 0) > thresholds.HIGHEST_BETA_1 or numbers.get("beta_2", 1) < thresholds.LOWEST_BETA_2:
            found |= {f"{network}_beta_1": numbers["beta_1"], f"{network}_beta_2": numbers.get("beta_2")}
    return found or None


def _optimizers(evidence: Evidence) -> dict[str, dict[str, float]]:
    return dict(evidence.get("before", {}).get("optimizers", {}))
