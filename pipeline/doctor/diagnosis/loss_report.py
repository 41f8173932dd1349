"""Are the losses normal? One sentence, with the last losses against those of healthy trainings of the same family."""

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Evidence, Numbers
from pipeline.doctor.diagnosis.loss_bands import BALANCE, BANDS, FORMS, WON
from pipeline.doctor.diagnosis.loss_family import LOGISTIC, RELATIVISTIC, WASSERSTEIN, generator_form, loss_family
from pipeline.doctor.diagnosis.loss_levels import discriminator_units, generator_units

NETWORKS = {"discriminator": "d_loss", "generator": "g_loss"}
PAGE = "docs/losses.md"
SLACK = 0.05  # of a band's width: at its ends a loss is not outside of it by a digit that is not shown


def losses_report(evidence: Evidence) -> Numbers:
    """What there is to say of a training's losses.

    Returns:
        `family` and `generator_form`, null if they are not known; `steps` trained; of "discriminator" and "generator" the last loss (a mean over the
        last looks) and, as "discriminator_band", where healthy trainings stay in the same units, null if they are not compared; `sentence`.
    """
    rows = list(evidence.get("epochs", []))
    family, steps = loss_family(evidence), sum(row.get("steps", 0) for row in rows)
    found: Numbers = {"family": family, "generator_form": generator_form(evidence), "steps": steps}
    for network, name in NETWORKS.items():
        found[network] = _last([row.get(name) for row in rows])
        units = plain_units(evidence, network) if steps >= thresholds.STEPS_TO_TELL else None
        band = BANDS.get(family or "", {}).get(network)
        found[f"{network}_band"] = sorted(units * end for end in band) if units and band else None
    return found | {"sentence": _sentence(evidence, found)}


def _last(losses: list[float | None]) -> float | None:
    """The mean of the last ones; None if one of them was not seen or is not finite."""
    last = [loss for loss in losses[-thresholds.LAST_LOOKS :] if loss is not None]
    return sum(last) / len(last) if last and len(last) == len(losses[-thresholds.LAST_LOOKS :]) else None


def plain_units(evidence: Evidence, network: str) -> float | None:
    """How many times the plain loss a network's loss is; None if it is not comparable with those of other trainings."""
    family = loss_family(evidence)
    if family not in FORMS:
        return None
    if network == "discriminator":
        return None if _is_penalised(evidence) else discriminator_units(evidence)
    return generator_units(evidence) if generator_form(evidence) == FORMS[family] else None


def _is_penalised(evidence: Evidence) -> bool:
    return bool(evidence.get("before", {}).get("step", {}).get("penalises_gradients"))


def _sentence(evidence: Evidence, found: Numbers) -> str:
    """The family, and what there is to say of its losses."""
    family, form = found["family"], found["generator_form"]
    name = f"{family}, {form}. " if family in (LOGISTIC, RELATIVISTIC) and form else f"{family}. " if family else ""
    said = _nothing_to_compare(evidence, found) or (_wasserstein(found) if family == WASSERSTEIN else _compared(evidence, found))
    return name[:1].upper() + name[1:] + said


def _nothing_to_compare(evidence: Evidence, found: Numbers) -> str:
    """Why no losses are compared; empty if some may be."""
    steps = found["steps"]
    if not evidence.get("epochs"):
        return "No step was looked at after training had begun, so there are no losses to compare."
    if found["discriminator"] is None and found["generator"] is None:
        broken = next((row["first_not_finite"] for row in evidence["epochs"] if "first_not_finite" in row), None)
        why = f"are not finite, first in {broken}" if broken else "could not be seen, or are not finite"
        return f"The last losses {why}, so they are not compared."
    if found["family"] is None:
        return f"{_values(found)}. They are not compared: {_unknown(evidence)}, so it is not known which family of losses these are."
    if steps < thresholds.STEPS_TO_TELL:
        return f"{_values(found)}. After {steps} steps it is too early to compare: in the first {thresholds.STEPS_TO_TELL} losses say little."
    return ""


def _unknown(evidence: Evidence) -> str:
    """Why a family is not known."""
    loss = evidence.get("before", {}).get("loss", {})
    if not loss:
        return "no gradient of a loss at the discriminator's outputs was seen"
    if "surely_wrong" not in loss:
        return "the discriminator's outputs could not be replaced by others, or are several"
    return "the gradients at the discriminator's outputs are those of no family that the doctor knows"


def _values(found: Numbers) -> str:
    """The last losses, without a comparison."""
    return ", ".join(f"{network} {_number(found[network])}" for network in NETWORKS if found[network] is not None).capitalize()


def _wasserstein(found: Numbers) -> str:
    """A script may also make the critic's target larger; then its sign is turned, and nothing is said of it."""
    return f"{_values(found)}. Such losses have no level of their own, and either sign is normal: only their trend says something; see {PAGE}."


def _compared(evidence: Evidence, found: Numbers) -> str:
    """Both losses, each with its band, and where they lie."""
    parts: list[str] = []
    places: dict[str, str] = {}
    for network in NETWORKS:
        value, band = found[network], found[f"{network}_band"]
        if value is None:
            parts.append(f"{network} not finite or not seen")
        elif band is None:
            parts.append(f"{network} {_number(value)} ({_not_comparable(evidence, network)})")
        else:
            label = "" if places else "healthy trainings of this family: "
            parts.append(f"{network} {_number(value)} ({label}{_number(band[0])} to {_number(band[1])})")
            slack = SLACK * (band[1] - band[0])
            places[network] = "below" if value < band[0] - slack else "above" if value > band[1] + slack else "in"
    text = ", ".join(parts).capitalize()
    outside = [_outside(evidence, found, network, place) for network, place in places.items() if place != "in"]
    if outside:
        return f"{text}: {', and '.join(outside)}; see {PAGE}."
    where = {0: "", 1: ": this is where healthy trainings are", 2: ": both are where healthy trainings are"}[len(places)]
    return f"{text}{where}."


def _not_comparable(evidence: Evidence, network: str) -> str:
    if network == "discriminator" and _is_penalised(evidence):
        return "with its penalty, so not compared"
    if network == "discriminator" and "surely_wrong" not in evidence["before"]["loss"].get("values", {}):
        return "for real rows and samples in turn, so not compared"
    if plain_units(evidence, network) and network not in BANDS[loss_family(evidence) or ""]:
        return "not compared, because too few healthy trainings were measured"
    return "with other terms or in another form, so not compared"


def _outside(evidence: Evidence, found: Numbers, network: str, place: str) -> str:
    """What a loss outside of its band says."""
    units = plain_units(evidence, network) or 1.0
    better = (place == "below") == (units > 0)
    if network == "generator":
        meaning = f"the discriminator rejects samples {'less' if better else 'more'} firmly than usual"
    elif found[network] / units < WON * BALANCE[found["family"]]:
        meaning = "it tells almost every sample apart"
    else:
        meaning = f"it tells samples apart {'better' if better else 'worse'} than usual"
    return f"a {network} loss of {_number(found[network])} is {place} where healthy trainings stay: {meaning}"


def _number(value: float) -> str:
    """Two decimals, or two digits of a small number."""
    return f"{value:.2g}" if 0 < abs(value) < 0.1 else f"{value:.2f}"
