"""The two pictures of the published results: samples and losses of the main variants, and samples of all."""

from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from pipeline.files.artifacts import staged_file
from pipeline.files.cells import HISTORY, SAMPLE_ARRAYS
from pipeline.files.json_file import read_json
from pipeline.pictures.grids import in_rows
from pipeline.pictures.sheets import COLUMNS

DPI = 80


def draw_training(path: Path, cells: dict[str, Path]) -> None:
    """Draw a column per variant, of the GAN folder given for it: the last samples above both losses by epoch, each on its own scale."""
    if not cells:
        return
    figure = Figure(figsize=(4 * len(cells), 6), dpi=DPI, layout="constrained")
    columns = figure.subplots(3, len(cells), height_ratios=(4, 3, 3), squeeze=False).T
    for (variant, folder), (sheet, *panels) in zip(cells.items(), columns, strict=True):
        history = read_json(folder / HISTORY)
        _show_samples(sheet, folder, rows=5)
        sheet.set_title(f"{variant} ({history['data_set']})")
        for panel, name, label in zip(panels, ("d_loss", "g_loss"), ("discriminator loss", "generator loss"), strict=True):
            losses = [np.nan if row[name] is None else row[name] for row in history["epochs"]]
            panel.plot([row["epoch"] for row in history["epochs"]], losses, color="tab:red" if name == "d_loss" else "tab:blue")
            panel.set_ylabel(label)
        panels[-1].set_xlabel("epoch")
    _save(figure, path)


def draw_samples(path: Path, cells: dict[str, Path]) -> None:
    """Draw the last samples of each variant, four variants side by side."""
    columns = 4
    rows = -(-len(cells) // columns)
    figure = Figure(figsize=(12, 1.2 * rows), dpi=DPI, layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel in panels:
        panel.set_axis_off()
    for panel, (variant, folder) in zip(panels, cells.items(), strict=False):
        _show_samples(panel, folder, rows=3)
        panel.set_title(variant, fontsize=8)
    _save(figure, path)


def _show_samples(panel: Axes, folder: Path, rows: int) -> None:
    last = np.load(folder / SAMPLE_ARRAYS)[-1]
    panel.imshow(in_rows(last[: rows * COLUMNS], COLUMNS), cmap="gray", vmin=0, vmax=255)
    panel.set_axis_off()


def _save(figure: Figure, path: Path) -> None:
    """Write a PNG of 64 colours: noise compresses badly, and 64 are enough for digits and curves."""
    drawn = BytesIO()
    figure.savefig(drawn, format="png")
    picture = Image.open(drawn).convert("RGB").quantize(64, Image.Quantize.FASTOCTREE)
    with staged_file(path) as partial:
        picture.save(partial, format="PNG", optimize=True)
