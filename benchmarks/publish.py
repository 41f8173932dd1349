"""Publish what is in artifacts/ and MLflow: scores and cost of each cell as JSON, and the picture of the README.

Run by hand after `dvc repro`: `make bench`. Durations are not reproducible, so they are in no stage's output: this file's
result is a measurement, with the machine that it was taken on.
"""

import os
import platform
from pathlib import Path

import pipeline.runtime  # noqa: F401 (before keras)

# isort: split
import numpy as np
from matplotlib.figure import Figure

from pipeline.artifacts import read_json, staged_file, write_json
from pipeline.cells import HISTORY, SAMPLES, cell_name
from pipeline.data import SIDE
from pipeline.images import CAPTION_HEIGHT, SCALE, read_png
from pipeline.params import Settings, load_settings
from pipeline.provenance import cell_key
from pipeline.tracking.mirror import GANS
from pipeline.tracking.run import KEY
from pipeline.tracking.store import connect

RESULTS = Path("benchmarks/results.json")
PICTURE = Path("docs/images/results.png")
SHOWN = 5 * SCALE * SIDE  # rows of pixels: the first five samples of each column
GAN_FOLDER = Path("artifacts/gan")


def publish(settings: Settings) -> None:
    """Write the leaderboard with the seconds that each cell trained, and the picture of the first seed's cells."""
    rows = read_json(Path("artifacts/leaderboard.json"))["cells"]
    for row in rows:
        row["training_seconds"] = round(training_seconds(settings, row["variant"], row["seed"]), 1)
    write_json(RESULTS, {"cells": rows, "machine": machine()})
    draw([(variant, GAN_FOLDER / cell_name(variant, settings.run.seeds[0])) for variant in settings.run.variants])


def training_seconds(settings: Settings, variant: str, seed: int) -> float:
    """The sum over epochs of the cell's run, drawing sample sheets left out."""
    client, experiment = connect(GANS)
    for run in client.search_runs([experiment], f"tags.`{KEY}` = '{cell_key(settings, variant, seed)}'"):
        seconds = [point.value for point in client.get_metric_history(run.info.run_id, "epoch_seconds")]
        if seconds:
            return sum(seconds)
    name = cell_name(variant, seed)
    raise SystemExit(f"error: MLflow holds no durations of {name}; delete its run in the UI, then `dvc repro --force --single-item train@{name}`")


def machine() -> dict[str, str | int | None]:
    """What the durations were measured on."""
    models = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {"processor": models[0] if models else platform.processor(), "cores": os.cpu_count(), "python": platform.python_version()}


def draw(cells: list[tuple[str, Path]]) -> None:
    """A column per cell: its last samples, above the losses of both networks by epoch, each on a scale of its own."""
    figure = Figure(figsize=(4 * len(cells), 6), layout="constrained")
    columns = figure.subplots(3, len(cells), height_ratios=(4, 3, 3), squeeze=False).T
    for (variant, folder), (sheet, *panels) in zip(cells, columns, strict=True):
        history = read_json(folder / HISTORY)
        sheet.imshow(read_png(folder / SAMPLES)[CAPTION_HEIGHT:][:SHOWN], cmap="gray", vmin=0, vmax=255)
        sheet.set_axis_off()
        sheet.set_title(f"{variant} ({history['data_set']})")
        for panel, name, label in zip(panels, ("d_loss", "g_loss"), ("discriminator loss", "generator loss"), strict=True):
            values = [np.nan if row[name] is None else row[name] for row in history["epochs"]]
            panel.plot([row["epoch"] for row in history["epochs"]], values, color="tab:red" if name == "d_loss" else "tab:blue")
            panel.set_ylabel(label)
        panels[-1].set_xlabel("epoch")
    with staged_file(PICTURE) as partial:
        figure.savefig(partial, dpi=80, metadata={"Software": None})


if __name__ == "__main__":
    publish(load_settings())
