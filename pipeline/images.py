"""Arrays -> pictures: sample sheets and the question's four-panel figure. The same arrays give the same PNG bytes."""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.artifacts import staged_file
from pipeline.data import SIDE, Bytes

matplotlib.use("agg")

CAPTION_HEIGHT = 18  # pixels
SCALE = 2  # screen pixels per image pixel
COLUMNS = 10


def sample_sheet(images: Bytes, caption: str) -> NDArray[np.uint8]:
    """Images (n, 28, 28) in rows of ten under a caption: (height, width), white digits on black."""
    rows = -(-len(images) // COLUMNS)
    padded = np.zeros((rows * COLUMNS, SIDE, SIDE), np.uint8)
    padded[: len(images)] = images
    grid = padded.reshape(rows, COLUMNS, SIDE, SIDE).swapaxes(1, 2).reshape(rows * SIDE, COLUMNS * SIDE)
    grid = grid.repeat(SCALE, axis=0).repeat(SCALE, axis=1)
    sheet = Image.new("L", (grid.shape[1], grid.shape[0] + CAPTION_HEIGHT))
    sheet.paste(Image.fromarray(grid), (0, CAPTION_HEIGHT))
    ImageDraw.Draw(sheet).text((4, 2), caption, fill=255, font=ImageFont.load_default(12))
    return np.asarray(sheet)


def write_png(path: Path, image: NDArray[np.uint8]) -> None:
    """Write a picture, all of it or nothing."""
    with staged_file(path) as partial:
        Image.fromarray(image).save(partial, optimize=True)


def read_png(path: Path) -> NDArray[np.uint8]:
    """Read a picture."""
    return np.asarray(Image.open(path))


def write_question_figure(path: Path, latent: NDArray[np.float32], image: Bytes, history: list[dict[str, float | None]], title: str) -> None:
    """The question's own figure: one latent (z,), the image (28, 28) made of it, and both losses by epoch."""
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
