"""The losses of healthy trainings by family, over steps, with their bands."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, ScalarFormatter

from benchmarks.losses.bands import bands
from pipeline.doctor.diagnosis.loss_bands import BANDS
from pipeline.files.artifacts import staged_file

PICTURE = Path("docs/images/losses.png")
COLOURS = {"discriminator": "tab:red", "generator": "tab:blue"}
DPI = 80


def draw(path: Path, trainings: Sequence[dict[str, Any]]) -> None:
    """Draw a column per family: the plain losses of each training, the band shaded, a dashed line where the discriminator cannot tell anything."""
    published = bands(trainings)
    figure = Figure(figsize=(3.2 * len(BANDS), 5.5), dpi=DPI, layout="constrained")
    columns = figure.subplots(2, len(BANDS), squeeze=False).T
    for family, panels in zip(BANDS, columns, strict=True):
        panels[0].set_title(family)
        panels[0].axhline(published[family]["balance"], color="black", linestyle="--", linewidth=1)
        for (network, colour), panel in zip(COLOURS.items(), panels, strict=True):
            if published[family][network]:
                panel.axhspan(*published[family][network], color=colour, alpha=0.15)
            _lines(panel, [each for each in trainings if each["family"] == family], network, colour)
            panel.set_xscale("log")
            panel.xaxis.set_major_formatter(ScalarFormatter())
            panel.xaxis.set_minor_formatter(NullFormatter())
            panel.set_ylabel(f"{network}'s loss")
        panels[1].set_xlabel("steps")
    with staged_file(path) as partial:
        figure.savefig(partial, format="png")


def _lines(panel: Axes, trainings: Sequence[dict[str, Any]], network: str, colour: str) -> None:
    """A line per training; a dot for a cell of the pipeline, of which only the end is known."""
    for each in trainings:
        known = [look for look in each["looks"] if look[network] is not None]
        marker = "o" if len(known) == 1 else ""
        panel.plot([look["steps"] for look in known], [look[network] for look in known], color=colour, marker=marker, markersize=4, linewidth=1)
