"""The question's four-panel figure. The same arrays give the same PNG bytes."""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pipeline.data.digits import Bytes
from pipeline.files.artifacts import staged_file

matplotlib.use("agg")


def write_question_figure(path: Path, latent: NDArray[np.float32], image: Bytes, history: list[dict[str, float | None]], title: str) -> None:
    """Write the question's own figure: a latent, the sample drawn from it, and both losses by epoch.

    Args:
        path: of the PNG file.
        latent: (z,).
        image: the sample, (28, 28), or with colours (28, 28, 3).
        history: a row per epoch with "epoch", "d_loss" and "g_loss"; None breaks the curve.
        title: above the panels.
    """
    figure = Figure(figsize=(8, 6), layout="constrained")
    figure.suptitle(title)
    noise, picture, d_loss, g_loss = figure.subplots(2, 2).ravel()
    noise.plot(latent, linewidth=0.8)
    noise.set_title("Noise")
    picture.imshow(image, cmap="gray", vmin=0, vmax=255)
    picture.set_axis_off()
    picture.set_title("Generated image")
    epochs = [row["epoch"] for row in history]
    for panel, name, colour, label in ((d_loss, "d_loss", "tab:red", "Discriminator loss"), (g_loss, "g_loss", "tab:blue", "Generator loss")):
        losses = [np.nan if row[name] is None else row[name] for row in history]
        panel.plot(epochs, losses, color=colour, marker="o", markersize=3)
        panel.set(title=label, xlabel="Epoch", ylabel="Loss")
        panel.xaxis.get_major_locator().set_params(integer=True)
    with staged_file(path) as partial:
        figure.savefig(partial, dpi=100, metadata={"Software": None})
