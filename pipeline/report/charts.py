"""The curves of training as Vega-Lite charts, and the data that they share."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import altair as alt
import vl_convert

from pipeline.evaluation.files import CURVES, Curves
from pipeline.evaluation.subsample import subsample
from pipeline.files.cells import EVIDENCE, HISTORY, Cell, Evidence, History
from pipeline.files.json_file import Schema, read_json
from pipeline.metrics.score_names import SCORES
from pipeline.report.outputs import Outputs

# Each has a contrast of 3:1 or better with the light and with the dark background.
COLOURS = ["#2b7bd0", "#c8601a", "#1f9163", "#b0509f", "#a67c00", "#7a6be0", "#d0455c", "#14909c", "#7f8a1e", "#8a7a70"]
DASHES = [[1, 0], [5, 3], [2, 2]]  # for further variants, once every colour is used
MOST_POINTS = 2000  # in a chart, all lines together; more make the page slow


class Curve(NamedTuple):
    """What a chart shows."""

    data: str
    column: str
    title: str


SHEET_SCORES = ("classifier_score", "effective_classes", "class_consistency")
CHARTED = [
    Curve("losses", "d_loss", "Discriminator loss"),
    Curve("losses", "g_loss", "Generator loss"),
    *(Curve("scores", name, f"{SCORES[name].label.capitalize()} of the sample sheet") for name in SHEET_SCORES),
    Curve("diagnosis", "real_fake_auc", "Discriminator AUC, real images against samples"),
    Curve("diagnosis", "train_heldout_auc", "Discriminator AUC, training against held-out images"),
    Curve("diagnosis", "generator_gradient", "Gradient norm of the generator"),
    Curve("diagnosis", "nearest_neighbour_ratio", "Nearest-neighbour distance, samples / real images"),
]


@cache
def chart_script() -> str:
    """One script with vegaEmbed, Vega, and Vega-Lite in the version that Altair writes charts for."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0])


def series(variants: list[str], seeds: list[int], outputs: Outputs) -> dict[str, list[dict[str, Any]]]:
    """The data of the charts, name -> rows; a row is an epoch of a cell."""
    cells = [(variant, seed) for variant in variants for seed in seeds]
    data: dict[str, list[dict[str, Any]]] = {curve.data: [] for curve in CHARTED}
    for variant, seed in cells:
        cell = Cell(variant, seed).name
        for name, path, schema in _files(outputs, cell):
            columns = [curve.column for curve in CHARTED if curve.data == name]
            epochs = subsample(read_json(path, schema)["epochs"], max(2, MOST_POINTS // len(cells)))
            about = {"variant": variant, "seed": seed}
            data[name] += [about | {"epoch": row["epoch"]} | {column: _short(row.get(column)) for column in columns} for row in epochs]
    return data


def _files(outputs: Outputs, cell: str) -> list[tuple[str, Path, type[Schema]]]:
    gan = outputs.gans / cell
    curves = outputs.evaluations / cell / CURVES
    return [("losses", gan / HISTORY, History), ("scores", curves, Curves), ("diagnosis", gan / EVIDENCE, Evidence)]


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.5g}")


def line_styles(variants: list[str]) -> dict[str, tuple[str, list[int]]]:
    """The colour and the dash of each variant's lines."""
    return {name: (COLOURS[place % len(COLOURS)], DASHES[place // len(COLOURS) % len(DASHES)]) for place, name in enumerate(variants)}


def charts(variants: list[str], data: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Title and specification of each chart that has data, those of losses first."""
    shown = [curve for curve in CHARTED if any(row[curve.column] is not None for row in data[curve.data])]
    return [{"title": curve.title, "losses": curve.data == "losses", "spec": _lines(curve, variants)} for curve in shown]


def _lines(curve: Curve, variants: list[str]) -> dict[str, Any]:
    """A line per cell. The parameter `picked` names the variants to show, an empty list means all; the axes follow."""
    styles = line_styles(variants)
    # Named, because Altair would otherwise number them by how many charts the process has made, and the page's bytes would depend on that.
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
