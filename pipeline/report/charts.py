"""Curves of training as Vega-Lite charts, and the data that they share."""

from pathlib import Path
from typing import Any, NamedTuple

import altair as alt
import vl_convert

from pipeline.evaluation.files import CURVES
from pipeline.evaluation.subsample import evenly
from pipeline.files.artifacts import read_json
from pipeline.files.cells import EVIDENCE, HISTORY, cell_name
from pipeline.report.outputs import Outputs
from pipeline.settings.params import Settings

# Each is told from white and from the dark background at 3:1 or better.
COLOURS = ["#2b7bd0", "#c8601a", "#1f9163", "#b0509f", "#a67c00", "#7a6be0", "#d0455c", "#14909c", "#7f8a1e", "#8a7a70"]
DASHES = [[1, 0], [5, 3], [2, 2]]  # one after another, once the colours are used up
MOST_POINTS = 2000  # of a chart, over all of its lines; more make the page slow


class Curve(NamedTuple):
    """What a chart shows."""

    data: str
    column: str
    title: str


CHARTED = [
    Curve("losses", "d_loss", "Discriminator loss"),
    Curve("losses", "g_loss", "Generator loss"),
    Curve("scores", "classifier_score", "Classifier score of the sheet"),
    Curve("scores", "effective_classes", "Effective classes of the sheet"),
    Curve("scores", "class_consistency", "Class consistency of the sheet"),
    Curve("health", "separation", "Real images told from samples by the discriminator"),
    Curve("health", "memory", "Training images told from unseen ones"),
    Curve("health", "generator_gradient", "Gradient of the generator"),
    Curve("health", "crowding", "Distance between nearest samples, of that between real images"),
]


def chart_script() -> str:
    """Vega, Vega-Lite of the version that the charts are made for, and vegaEmbed, as one script."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0])


def series(settings: Settings, outputs: Outputs) -> dict[str, list[dict[str, Any]]]:
    """The rows of the charts, name of the data -> rows: an epoch of a cell each."""
    cells = [(variant, seed) for variant in settings.run.variants for seed in settings.run.seeds]
    data: dict[str, list[dict[str, Any]]] = {curve.data: [] for curve in CHARTED}
    for variant, seed in cells:
        cell = cell_name(variant, seed)
        for name, path in _files(outputs, cell):
            columns = [curve.column for curve in CHARTED if curve.data == name]
            epochs = evenly(read_json(path)["epochs"], max(2, MOST_POINTS // len(cells)))
            about = {"variant": variant, "seed": seed}
            data[name] += [about | {"epoch": row["epoch"]} | {column: _short(row.get(column)) for column in columns} for row in epochs]
    return data


def _files(outputs: Outputs, cell: str) -> list[tuple[str, Path]]:
    trained, evaluated = outputs.gans / cell, outputs.evaluations / cell
    return [("losses", trained / HISTORY), ("scores", evaluated / CURVES), ("health", trained / EVIDENCE)]


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.5g}")


def line_styles(variants: list[str]) -> dict[str, tuple[str, list[int]]]:
    """The colour and the dash of each variant's lines."""
    return {name: (COLOURS[place % len(COLOURS)], DASHES[place // len(COLOURS) % len(DASHES)]) for place, name in enumerate(variants)}


def charts(variants: list[str], data: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The charts that have something to show: a title and a specification each."""
    shown = [curve for curve in CHARTED if any(row[curve.column] is not None for row in data[curve.data])]
    return [{"title": curve.title, "spec": _lines(curve, variants)} for curve in shown]


def _lines(curve: Curve, variants: list[str]) -> dict[str, Any]:
    """A line per cell; `picked` names the variants to show, none means all, and the axes follow."""
    styles = line_styles(variants)
    # Named, as all that Altair would otherwise number by how many charts the process has made.
    picked = alt.param(name="picked", value=[])
    near = alt.selection_point(name="near", nearest=True, on="pointerover", clear="pointerout", empty=False, fields=["variant", "seed", "epoch"])
    base = (
        alt.Chart(alt.NamedData(name=curve.data))
        .transform_filter(f"isValid(datum.{curve.column}) && (!length(picked) || indexof(picked, datum.variant) >= 0)")
        .encode(
            x=alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1, grid=False, tickCount=6)),
            y=alt.Y(f"{curve.column}:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5)),
            color=alt.Color("variant:N", legend=None, scale=alt.Scale(domain=variants, range=[styles[name][0] for name in variants])),
            detail="seed:N",
        )
    )
    dash = alt.StrokeDash("variant:N", legend=None, scale=alt.Scale(domain=variants, range=[styles[name][1] for name in variants]))
    lines = base.mark_line(strokeWidth=1.6, strokeJoin="round").encode(strokeDash=dash)
    points = (
        base.mark_circle(size=70)
        .encode(opacity=alt.when(near).then(alt.value(1)).otherwise(alt.value(0)), tooltip=["variant:N", "seed:N", "epoch:Q", f"{curve.column}:Q"])
        .add_params(near)
        .properties(name="points")
    )
    chart = alt.layer(lines, points).add_params(picked).properties(width="container", height=200, background="transparent")
    return chart.configure(font="system-ui, sans-serif", aria=False).configure_view(stroke=None).to_dict()
