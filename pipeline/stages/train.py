"""Train one cell, a variant with a seed: reads two splits, writes generator weights, history, pictures and the doctor's evidence.

A GAN whose losses or samples stop being finite is a result: training ends there and the cell's status is `diverged`; it is `stopped` where
the doctor ended it (`train.stop_on: error`).
Durations go to the tracked run alone: the files are the same bytes on every run.
"""

import sys
import time
from pathlib import Path

from pipeline.runtime import pin_runtime

# isort: split
import keras
import numpy as np

from pipeline.data.digits import CLASSES, load_digits
from pipeline.data.pixels import to_bytes
from pipeline.doctor.setup import doctor_of
from pipeline.files.artifacts import staged_folder, write_json
from pipeline.files.cells import EVIDENCE, FIGURE, GENERATOR, HISTORY, SAMPLES, sheet_path
from pipeline.files.errors import one_line_errors
from pipeline.gan.base import GAN, draw_latents, generator_inputs, image_low, images_per_step, training_batches
from pipeline.pictures.figure import write_question_figure
from pipeline.pictures.png import write_png
from pipeline.pictures.sheets import sample_sheet
from pipeline.settings.params import Settings, load_settings
from pipeline.tracking.mirror import mirror_epoch, mirror_sheet, mirror_trained, training_run
from pipeline.tracking.run import Run

SHEET_LATENTS = -1  # training draws its latents under numbers from 0 on
STEPS_PER_CALL = 50  # at most so many steps in one call into TensorFlow; it changes the speed and no byte


def train(data: Path, held_out: Path, cell: Path, settings: Settings, variant: str, seed: int, run: Run) -> None:
    """Train `variant` with `seed` on the split at `data`; fill the folder `cell`. Images at `held_out` are looked at, and not trained on."""
    digits, gan_settings = load_digits(data), settings.gan[variant]
    steps = settings.train.epoch_images // images_per_step(gan_settings)
    epochs = gan_settings.training_images // settings.train.epoch_images
    gan = GAN(gan_settings, seed, steps * epochs)
    gan.steps_per_execution = max(k for k in range(1, STEPS_PER_CALL + 1) if steps % k == 0)
    with staged_folder(cell) as folder:
        title = f"{variant}, seed {seed}, {digits.name}"
        recorder = _Recorder(folder, settings.train.sheet_rows, title, run)
        doctor = doctor_of(gan, digits, load_digits(held_out), settings.train.stop_on, title)
        stream = training_batches(digits, gan_settings, seed)
        gan.fit(stream, epochs=epochs, steps_per_epoch=steps, callbacks=[recorder, doctor], shuffle=False, verbose=0)
        gan.averaged_generator.save_weights(folder / GENERATOR)
        status = "diverged" if recorder.diverged or doctor.diverged else "stopped" if doctor.stopped_by else "finished"
        history = {"data_set": digits.name, "variant": variant, "seed": seed, "status": status, "epochs": recorder.rows}
        write_json(folder / HISTORY, history)
        write_json(folder / EVIDENCE, doctor.evidence)
        recorder.write_pictures()
    mirror_trained(run, cell, gan_settings)


class _Recorder(keras.callbacks.Callback):
    """After each epoch a row of history, and a sheet of samples, always of the same latents; stops where one is not finite."""

    def __init__(self, folder: Path, sheet_rows: int, title: str, run: Run) -> None:
        super().__init__()
        self.folder, self.title, self.run = folder, title, run
        self.labels = np.tile(np.arange(CLASSES, dtype=np.int32), sheet_rows)  # a sheet has a column per class
        self.rows: list[dict[str, float | None]] = []
        self.diverged = False

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._write_sheet(0, self._draw())

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        seconds = time.perf_counter() - self.started
        finite = {name: float(value) if np.isfinite(value) else None for name, value in logs.items()}
        self.rows.append({"epoch": epoch + 1, **finite})
        mirror_epoch(self.run, self.rows[-1], seconds)
        images = self._draw()
        self._write_sheet(epoch + 1, images)
        losses = "  ".join(f"{name} {logs[name]:.4f}" for name in ("d_loss", "g_loss"))
        print(f"{self.title}: epoch {epoch + 1}/{self.params['epochs']}  {losses}  {seconds:.1f} s", flush=True)
        if None in finite.values() or not np.isfinite(images).all():
            self.diverged = True
            self.model.stop_training = True
            print(f"{self.title}: diverged, losses or samples are no longer finite; training ends here", flush=True)

    def _write_sheet(self, epoch: int, images: np.ndarray) -> None:
        sheet = sample_sheet(self._to_bytes(images), f"{self.title}, epoch {epoch}")
        write_png(self.folder / sheet_path(epoch), sheet)
        mirror_sheet(self.run, epoch, sheet)

    def write_pictures(self) -> None:
        """The last sheet under a fixed name, and the question's four panels."""
        images = self._to_bytes(self._draw())
        write_png(self.folder / SAMPLES, sample_sheet(images, f"{self.title}, epoch {len(self.rows)}"))
        latent = self._latents()[0]
        write_question_figure(self.folder / FIGURE, latent, images[0], self.rows, self.title)

    def _latents(self) -> np.ndarray:
        return draw_latents(self.model.variant, len(self.labels), self.model.seed, SHEET_LATENTS).numpy()

    def _draw(self) -> np.ndarray:
        inputs = generator_inputs(self.model.variant, self._latents(), self.labels)
        return self.model.averaged_generator(inputs, training=False).numpy()

    def _to_bytes(self, images: np.ndarray) -> np.ndarray:
        low = image_low(self.model.variant)
        return to_bytes(np.nan_to_num(images, nan=low), low)  # what a diverged generator draws is shown black


if __name__ == "__main__":
    with one_line_errors():
        variant, seed, data, held_out, cell = sys.argv[1:]
        settings = load_settings()
        pin_runtime(settings.train.threads)
        with training_run(settings, variant, int(seed)) as run:
            train(Path(data), Path(held_out), Path(cell), settings, variant, int(seed), run)
