"""The two pictures of the published results: samples and losses of the main variants, and samples of all."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from benchmarks.publish.kept import NAMES, Losses, losses_of, samples_of
from pipeline.data.digits import SIDE
from pipeline.files.artifacts import staged_file
from pipeline.files.json_file import read_json
from pipeline.pictures.png import open_picture

DPI = 80


def draw_training(path: Path, variants: Sequence[str]) -> None:
    """Draw a column per variant: the last samples above both losses by epoch, each on its own scale."""
    if not variants:
        return
    figure = Figure(figsize=(4 * len(variants), 6), dpi=DPI, layout="constrained")
    columns = figure.subplots(3, len(variants), height_ratios=(4, 3, 3), squeeze=False).T
    for variant, (sheet, *panels) in zip(variants, columns, strict=True):
        losses = read_json(losses_of(variant), Losses)
        _show_samples(sheet, variant, rows=5)
        sheet.set_title(f"{variant} ({losses['data_set']})")
        for panel, name, label in zip(panels, NAMES, ("discriminator loss", "generator loss"), strict=True):
            by_epoch = [np.nan if loss is None else loss for loss in losses[name]]
            panel.plot(losses["epochs"], by_epoch, color="tab:red" if name == "d_loss" else "tab:blue")
            panel.set_ylabel(label)
        panels[-1].set_xlabel("epoch")
    _save(figure, path)


def draw_samples(path: Path, variants: Sequence[str]) -> None:
    """Draw the last samples of each variant, four variants side by side."""
    columns = 4
    rows = -(-len(variants) // columns)
    figure = Figure(figsize=(12, 1.2 * rows), dpi=DPI, layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel in panels:
        panel.set_axis_off()
    for panel, variant in zip(panels, variants, strict=False):
        _show_samples(panel, variant, rows=3)
        panel.set_title(variant, fontsize=8)
    _save(figure, path)


def _show_samples(panel: Axes, variant: str, rows: int) -> None:
    kept = np.asarray(open_picture(samples_of(variant)))
    panel.imshow(kept[: rows * SIDE], cmap="gray", vmin=0, vmax=255)
    panel.set_axis_off()


def _save(figure: Figure, path: Path) -> None:
    """Write a PNG of 64 colours: noise compresses badly, and 64 are enough for digits and curves."""
    drawn = BytesIO()
    figure.savefig(drawn, format="png")
    picture = Image.open(drawn).convert("RGB").quantize(64, Image.Quantize.FASTOCTREE)
    with staged_file(path) as partial:
        picture.save(partial, format="PNG", optimize=True)
