"""What a failure mode looks like: samples, and beside them the discriminator's outputs, or the losses of a whole training."""

import io
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from benchmarks.diagnosis.home.gans_under_test import GanUnderTest
from benchmarks.diagnosis.home.words import PICTURES
from pipeline.doctor.evidence.tensors import images_in, with_images
from pipeline.files.artifacts import staged_file

COLOURS = 32  # enough for greys and two colours, and half the bytes
ACROSS, DOWN = 8, 3  # samples shown
REAL, FAKE = "#2b7bd0", "#c8601a"


def draw_gan(finding: str, gan_under_test: GanUnderTest) -> None:
    """Samples after the fault's moment of training, and the discriminator's outputs for them and for real images."""
    probe, gan = gan_under_test.probe(), gan_under_test.gan
    samples = np.asarray(gan.generator(probe.latent, training=False), "float32")
    (images,) = images_in(probe.real, samples.shape[1:])
    real, fake = (
        np.ravel(gan.discriminator(given, training=False)) for given in (probe.real, with_images(probe.real, keras.ops.convert_to_tensor(samples)))
    )

    def outputs(axes: Axes) -> None:
        axes.hist([real, fake], bins=24, label=["real images", "samples"], color=[REAL, FAKE])
        axes.set_xlabel("discriminator's output")
        axes.legend(frameon=False, fontsize=8)

    _draw(
        finding, samples[: ACROSS * DOWN, :, :, 0], (float(images.min()), float(images.max())), outputs if np.isfinite([*real, *fake]).all() else None
    )


def draw_cell(finding: str, samples: np.ndarray, epochs: Sequence[dict[str, Any]]) -> None:
    """Samples of a trained cell (n, 28, 28), and its losses by epoch."""

    def losses(axes: Axes) -> None:
        for name, label, colour in (("d_loss", "discriminator", REAL), ("g_loss", "generator", FAKE)):
            axes.plot([row["epoch"] for row in epochs], [row[name] for row in epochs], label=label, color=colour)
        axes.set_xlabel("epoch")
        axes.set_ylabel("loss")
        axes.legend(frameon=False, fontsize=8)

    _draw(finding, samples[: ACROSS * DOWN], (0, 255), losses)


def _draw(finding: str, samples: np.ndarray, limits: tuple[float, float], right: Any) -> None:
    figure = Figure(figsize=(7, 1.9), dpi=80, layout="constrained")
    FigureCanvasAgg(figure)
    left, axes = figure.subplots(1, 2, width_ratios=[8, 6])
    shown = np.nan_to_num(samples, nan=limits[0])
    grid = shown.reshape(DOWN, ACROSS, 28, 28).swapaxes(1, 2).reshape(DOWN * 28, ACROSS * 28)
    left.imshow(grid, cmap="gray", vmin=limits[0], vmax=limits[1])
    left.set_axis_off()
    axes.spines[["top", "right"]].set_visible(False)
    if right is None:
        axes.text(0.5, 0.5, "outputs are not finite", ha="center", va="center")
        axes.set_axis_off()
    else:
        right(axes)
    PICTURES.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    with staged_file(PICTURES / f"{finding}.png") as partial:
        Image.open(buffer).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE).save(partial, "PNG", optimize=True)
