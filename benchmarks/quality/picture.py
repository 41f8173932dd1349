"""The Fréchet distance against seconds of training, one line for each GAN, on logarithmic scales."""

from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from benchmarks.quality.curves import curves
from pipeline.files.artifacts import staged_file

matplotlib.use("agg")


def draw(path: Path, results: dict[str, Any]) -> None:
    """Draw the means over seeds, the range of the seeds, and the distance of real digits."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    panel = figure.subplots()
    for name, points in curves(results).items():
        seconds = [point.seconds for point in points]
        (line,) = panel.plot(seconds, [point.mean for point in points], marker="o", label=name)
        panel.fill_between(seconds, [point.lowest for point in points], [point.highest for point in points], color=line.get_color(), alpha=0.2)
    panel.axhline(results["real"], color="black", linestyle="--", linewidth=1, label="real digits")
    panel.set(xscale="log", yscale="log", xlabel="seconds of training", ylabel="Fréchet distance to the test images")
    panel.grid(visible=True, which="both", alpha=0.2)
    panel.legend()
    with staged_file(path) as partial:
        figure.savefig(partial, dpi=90, metadata={"Software": None})
