"""Publish what is in artifacts/ and MLflow: scores and cost of each cell as JSON, the table of them all, and two pictures.

Run by hand after `dvc repro`: `make bench`. Durations are not reproducible, so they are in no stage's output: this file's
result is a measurement, with the machine that it was taken on. Cells that were published before and are not in artifacts/ now stay, as
long as training them today would be the same work, and they were scored in the same way; of each variant the first seed's folder must be there,
for the pictures.
"""

import os
import platform
from pathlib import Path

import pipeline.runtime  # noqa: F401 (before keras)

# isort: split
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from benchmarks.tables import Row, table
from pipeline.data.digits import SIDE
from pipeline.files.artifacts import read_json, staged_file, write_json
from pipeline.files.cells import HISTORY, SAMPLES, cell_name
from pipeline.files.errors import PipelineError, one_line_errors
from pipeline.gan.base import images_per_step
from pipeline.pictures.png import read_png
from pipeline.pictures.sheets import CAPTION_HEIGHT, SCALE
from pipeline.provenance import cell_key, training_key
from pipeline.settings.params import Settings, load_settings
from pipeline.tracking.diagnosis import GANS
from pipeline.tracking.run import TRAINING_KEY
from pipeline.tracking.store import connect

RESULTS = Path("benchmarks/results.json")
TABLE = Path("docs/results.md")
PICTURE, SAMPLES_PICTURE = Path("docs/images/results.png"), Path("docs/images/variants.png")
STORY = ("asker", "answer", "answer_tuned", "modern")  # in the README's picture
DPI = 80  # of both
BASIS = ("data_set", "split", "samples", "classifier_sha256")  # what scores must share to be compared
GAN_FOLDER = Path("artifacts/gan")


class PublishError(PipelineError):
    """Something to be published is not there."""


def publish(settings: Settings) -> None:
    """Write the leaderboard with what each cell cost, the table, and the pictures of the first seed's cells."""
    rows = read_json(Path("artifacts/leaderboard.json"))["cells"]
    for row in rows:
        row["key"] = cell_key(settings, row["variant"], row["seed"])
        row["images_seen"] = images_seen(settings, row["variant"], epochs_trained(row))
        row["training_seconds"] = round(training_seconds(settings, row["variant"], row["seed"]), 1)
    names = list(settings.gan)
    rows = sorted(rows + earlier(settings, rows), key=lambda row: (names.index(row["variant"]), row["seed"]))
    cells = first_cells(rows)
    write_json(RESULTS, {"cells": rows, "machine": machine()})
    TABLE.write_text(describe(rows, list(cells)), encoding="utf-8")
    draw([(variant, cells[variant]) for variant in STORY if variant in cells])
    draw_samples(cells)


def first_cells(rows: list[Row]) -> dict[str, Path]:
    """The folder of each published variant's first seed, in the order of `rows`: what the pictures show."""
    cells: dict[str, Path] = {}
    for row in rows:
        cells.setdefault(row["variant"], GAN_FOLDER / cell_name(row["variant"], row["seed"]))
    gone = [variant for variant, folder in cells.items() if not (folder / SAMPLES).is_file()]
    if gone:
        raise PublishError(
            f"{GAN_FOLDER}: expected a folder of every published variant, found none of {', '.join(gone)}; name all under run.variants, `dvc repro`"
        )
    return cells


def epochs_trained(row: Row) -> int:
    """How many a cell trained: fewer than planned if it diverged."""
    return len(read_json(GAN_FOLDER / cell_name(row["variant"], row["seed"]) / HISTORY)["epochs"])


def images_seen(settings: Settings, variant: str, epochs: int) -> int:
    """Real images in so many epochs of whole steps."""
    per_step = images_per_step(settings.gan[variant])
    return epochs * (settings.train.epoch_images // per_step) * per_step


def earlier(settings: Settings, rows: list[Row]) -> list[Row]:
    """The published cells that are not among `rows`, still come of the same settings, data and code, and were scored on the same basis."""
    published = {row["key"] for row in rows}
    known = [row for row in read_json(RESULTS)["cells"] if row["variant"] in settings.gan and row.get("key") not in published]
    current = [row for row in known if row.get("key") == cell_key(settings, row["variant"], row["seed"])]
    return [row for row in current if all(row[name] == rows[0][name] for name in BASIS)]


def describe(rows: list[Row], variants: list[str]) -> str:
    """The page of all results."""
    about = rows[0]
    return f"""# Results of all variants

Made by `make bench` from [results.json](../benchmarks/results.json). {about["samples"]} samples of each generator against the {about["split"]} split
of {about["data_set"]}, in layer `{about["feature_layer"]}` of a digit classifier that reads {about["classifier_accuracy"]:.2%} of the test digits
(sha256 {about["classifier_sha256"][:12]}); several seeds as mean ± standard deviation, their training time as the median; losses of the first and
the last epoch, of the first seed. *Real digits* are training images in the samples' place. What each variant is: [params.yaml](../params.yaml).

{table(rows, variants)}

![Samples of all variants](images/variants.png)
"""


def training_seconds(settings: Settings, variant: str, seed: int) -> float:
    """The sum over epochs of the cell's run, drawing sample sheets left out."""
    client, experiment = connect(GANS)
    for run in client.search_runs([experiment], f"tags.`{TRAINING_KEY}` = '{training_key(settings, variant, seed)}'"):
        seconds = [point.value for point in client.get_metric_history(run.info.run_id, "epoch_seconds")]
        if seconds:
            return sum(seconds)
    name = cell_name(variant, seed)
    raise PublishError(f"MLflow holds no durations of {name}; delete its run in the UI, then `dvc repro --force --single-item train@{name}`")


def machine() -> dict[str, str | int | None]:
    """What the durations were measured on."""
    models = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {"processor": models[0] if models else platform.processor(), "cores": os.cpu_count(), "python": platform.python_version()}


def draw(cells: list[tuple[str, Path]]) -> None:
    """A column per cell: its last samples, above the losses of both networks by epoch, each on a scale of its own."""
    figure = Figure(figsize=(4 * len(cells), 6), dpi=DPI, layout="constrained")
    columns = figure.subplots(3, len(cells), height_ratios=(4, 3, 3), squeeze=False).T
    for (variant, folder), (sheet, *panels) in zip(cells, columns, strict=True):
        history = read_json(folder / HISTORY)
        sheet.imshow(read_png(folder / SAMPLES)[CAPTION_HEIGHT:][: 5 * SCALE * SIDE], cmap="gray", vmin=0, vmax=255)
        sheet.set_axis_off()
        sheet.set_title(f"{variant} ({history['data_set']})")
        for panel, name, label in zip(panels, ("d_loss", "g_loss"), ("discriminator loss", "generator loss"), strict=True):
            values = [np.nan if row[name] is None else row[name] for row in history["epochs"]]
            panel.plot([row["epoch"] for row in history["epochs"]], values, color="tab:red" if name == "d_loss" else "tab:blue")
            panel.set_ylabel(label)
        panels[-1].set_xlabel("epoch")
    save(figure, PICTURE)


def draw_samples(cells: dict[str, Path]) -> None:
    """The first three rows of each cell's samples."""
    columns = 4
    figure = Figure(figsize=(12, 1.2 * -(-len(cells) // columns)), dpi=DPI, layout="constrained")
    panels = figure.subplots(-(-len(cells) // columns), columns, squeeze=False).ravel()
    for panel in panels:
        panel.set_axis_off()
    for panel, (variant, folder) in zip(panels, cells.items(), strict=False):
        panel.imshow(read_png(folder / SAMPLES)[CAPTION_HEIGHT:][: 3 * SCALE * SIDE], cmap="gray", vmin=0, vmax=255)
        panel.set_title(variant, fontsize=8)
    save(figure, SAMPLES_PICTURE)


def save(figure: Figure, path: Path) -> None:
    """As a PNG of 64 colours: noise does not compress, and these are enough for digits and curves."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").quantize(64, Image.Quantize.FASTOCTREE)
    with staged_file(path) as partial:
        picture.save(partial, format="PNG", optimize=True)


if __name__ == "__main__":
    with one_line_errors():
        publish(load_settings())
