"""Bands of each family from the losses of healthy trainings."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.doctor.diagnosis.loss_bands import BALANCE, FORMS, WON
from pipeline.doctor.diagnosis.loss_family import FAMILIES, LEAST_SQUARES, LOGISTIC, RELATIVISTIC, generator_form, loss_family
from pipeline.doctor.diagnosis.loss_report import plain_units
from pipeline.settings.variants import VariantSettings

Row = dict[str, Any]
BEGINNING = 0.2  # of a training, whose losses are not counted
PERCENTILES = (5, 95)
LEAST_TRAININGS, LEAST_LOOKS = 3, 10  # for a band
NETWORKS = {"discriminator": "d_loss", "generator": "g_loss"}
OBJECTIVES = {
    "non_saturating": LOGISTIC,
    "saturating": LOGISTIC,
    "relativistic": RELATIVISTIC,
    "least_squares": LEAST_SQUARES,
    "hinge": "hinge",
    "wasserstein": "Wasserstein",
}


def training(name: str, evidence: Row) -> Row:
    """One training: its family, and at each look the steps trained, both plain losses and `real_fake_auc`; null what is not comparable."""
    family = loss_family(evidence)
    units = {network: plain_units(evidence, network) for network in NETWORKS}
    looks, steps = [], 0
    for row in evidence["epochs"]:
        steps += row["steps"]
        losses = {network: _rounded(row[key], units[network]) for network, key in NETWORKS.items()}
        looks.append({"steps": steps, **losses, "real_fake_auc": _rounded(row["real_fake_auc"], 1.0)})
    if family == "Wasserstein":
        looks = [
            look | {key: _rounded(row[name], 1.0) for key, name in NETWORKS.items()} for look, row in zip(looks, evidence["epochs"], strict=True)
        ]
    return {"name": name, "family": family, "generator_form": generator_form(evidence), "looks": looks}


def _rounded(value: float | None, units: float | None) -> float | None:
    return None if value is None or units is None else round(value / units, 4)


def cell(row: Row, variant: VariantSettings, epochs: Sequence[Row]) -> Row:
    """A published cell of the pipeline: the means of its epochs as looks, which hold no penalty; the last one where the others are not at hand."""
    family = OBJECTIVES[variant.objective]
    form = "saturating" if variant.objective == "saturating" else FORMS.get(family, "linear")
    epochs = epochs or [{name: row["losses"][f"{name}_last"] for name in NETWORKS.values()}]
    steps = row["images_seen"] // variant.batch_size
    looks = [
        {"steps": steps * number // len(epochs), **{network: round(epoch[name], 4) for network, name in NETWORKS.items()}, "real_fake_auc": None}
        for number, epoch in enumerate(epochs, 1)
    ]
    return {"name": f"{row['variant']}-{row['seed']}", "family": family, "generator_form": form, "looks": looks}


def late_looks(each: Row) -> list[Row]:
    """A training's looks after its beginning."""
    looks: list[Row] = each["looks"]
    return [look for look in looks if look["steps"] > BEGINNING * looks[-1]["steps"]]


def bands(trainings: Sequence[Row]) -> Row:
    """What is published of each family."""
    return {family: _band(family, [each for each in trainings if each["family"] == family]) for family in FAMILIES}


def _band(family: str, trainings: Sequence[Row]) -> Row:
    usual = [each for each in trainings if each["generator_form"] == FORMS.get(family)]
    found = {
        "trainings": len(trainings),
        "looks": sum(len(late_looks(each)) for each in trainings),
        "discriminator": _percentiles(trainings, "discriminator"),
        "generator": _percentiles(usual, "generator"),
        "real_fake_auc": _percentiles(trainings, "real_fake_auc"),
    }
    if family in BALANCE:
        return found | {"balance": round(BALANCE[family], 4), "won": round(WON * BALANCE[family], 4)}
    scores = [look["discriminator"] for each in trainings for look in late_looks(each) if look["discriminator"] is not None]
    below = sum(score < 0 for score in scores) / len(scores) if scores else None
    return found | {"discriminator": None, "generator": None, "below_zero": below}  # scores have no scale


def _percentiles(trainings: Sequence[Row], name: str) -> list[float] | None:
    """Of what was seen, where each training counts the same, however often it was looked at; None of too little."""
    series = [[look[name] for look in late_looks(each) if look[name] is not None] for each in trainings]
    values = [value for known in series for value in known]
    weights = [1 / len(known) for known in series for _ in known]
    if sum(map(bool, series)) < LEAST_TRAININGS or len(values) < LEAST_LOOKS:
        return None
    return [round(float(value), 3) for value in np.percentile(values, PERCENTILES, weights=weights, method="inverted_cdf")]


def band_row(family: str, band: Row) -> str:
    """A line of the table in docs/losses.md."""
    parts = [band[name] for name in ("discriminator", "generator", "real_fake_auc")]
    ranges = ["none" if part is None else f"{part[0]:.2f} to {part[1]:.2f}" for part in parts]
    bounds = [f"{band[name]:.3f}" if name in band else "none" for name in ("balance", "won")]
    return f"| {' | '.join([family, str(band['trainings']), *ranges, *bounds])} |"
