"""Train one cell, a variant with a seed: reads two splits, writes the weights of both networks, history, samples, pictures and the doctor's evidence.

A cell's status is `finished`, `diverged` if its losses or samples stopped being finite, or `stopped` if a finding of the doctor ended it
(`train.stop_on: error`): each of them is a result. Durations go to the tracked run only: the files are the same bytes on every run.
"""

import sys
import time
from pathlib import Path
from typing import NamedTuple

from pipeline.runtime import pin_runtime

# isort: split
import keras
import numpy as np

from pipeline.data.digits import CLASSES, Bytes, load_digits
from pipeline.data.pixels import to_bytes
from pipeline.doctor.diagnosis.diagnose import diagnose, first_error
from pipeline.doctor.diagnosis.summary import print_findings
from pipeline.doctor.evidence.probe import Probe
from pipeline.doctor.evidence.recorder import EvidenceRecorder
from pipeline.files.artifacts import staged_file, staged_folder, write_json
from pipeline.files.cells import DISCRIMINATOR, EVIDENCE, FIGURE, GENERATOR, HISTORY, SAMPLE_ARRAYS, SAMPLES, Cell, sheet_path
from pipeline.files.errors import one_line_errors
from pipeline.files.owner import owner
from pipeline.integrity.inputs import check_inputs
from pipeline.gan import streams
from pipeline.gan.base import GAN, draw_latents, generator_inputs, image_low, images_per_step, training_batches
from pipeline.gan.probe_inputs import probe_inputs
from pipeline.pictures.figure import write_question_figure
from pipeline.pictures.png import write_png
from pipeline.pictures.sheets import sample_sheet
from pipeline.settings.params import Settings, load_settings
from pipeline.terminal.closing import closing
from pipeline.terminal.progress import say
from pipeline.terminal.training import TrainingProgress
from pipeline.tracking.cells import record_epoch, record_sheet, training_run
from pipeline.tracking.run import Run

STEPS_PER_CALL = 50  # most steps in one call into TensorFlow; it changes the speed and no byte
SHOWN = ("d_loss", "g_loss", "real_fake_auc", "diversity")  # after each epoch: whether the GAN learns, and the doctor's measures of its health


class Paths(NamedTuple):
    """Two splits, and the folder that is filled; the GAN is not trained on `held_out`."""

    train: Path
    held_out: Path
    gan: Path


def train(paths: Paths, settings: Settings, cell: Cell, run: Run) -> None:
    """Train a cell; fill the folder `paths.gan`."""
    digits, variant = load_digits(paths.train), settings.gan[cell.variant]
    steps = settings.train.epoch_images // images_per_step(variant)
    epochs = variant.training_images // settings.train.epoch_images
    gan = GAN(variant, cell.seed, steps * epochs)
    gan.steps_per_execution = max(k for k in range(1, STEPS_PER_CALL + 1) if steps % k == 0)
    inputs = probe_inputs(gan, digits, load_digits(paths.held_out))
    probe = Probe(inputs.latent, inputs.real, inputs.held_out)
    stop = first_error if settings.train.stop_on == "error" else None
    evidence = EvidenceRecorder(gan.generator, gan.discriminator, inputs.batch, probe, stop)
    title = f"{cell.variant}, seed {cell.seed}, {digits.name}"
    with staged_folder(paths.gan) as folder:
        history = _History(folder, settings.train.sheet_rows, title, run)
        stream = training_batches(digits, variant, cell.seed)
        with TrainingProgress(cell.name, lambda logs: {name: evidence.evidence["epochs"][-1][name] for name in SHOWN}) as shown:
            callbacks = [_PrintFindings(evidence, title), history, evidence, shown]
            gan.fit(stream, epochs=epochs, steps_per_epoch=steps, callbacks=callbacks, shuffle=False, verbose=0)
        gan.averaged_generator.save_weights(folder / GENERATOR)
        gan.discriminator.save_weights(folder / DISCRIMINATOR)
        status = "diverged" if history.diverged or evidence.diverged else "stopped" if evidence.stopped_by else "finished"
        about = {"data_set": digits.name, "variant": cell.variant, "seed": cell.seed, "status": status}
        stopped = {"stopped_by": evidence.stopped_by} if evidence.stopped_by else {}
        write_json(folder / HISTORY, about | stopped | {"epochs": history.rows})
        write_json(folder / EVIDENCE, evidence.evidence)
        history.write_samples()
    closing(f"wrote {paths.gan}: {status}, a generator and {len(history.rows)} epochs of losses and samples", f"dvc repro evaluate@{cell.name}")


class _PrintFindings(keras.callbacks.Callback):
    """Prints the findings about the networks and one step before the first epoch; the stage `diagnose` prints those about the training."""

    def __init__(self, recorder: EvidenceRecorder, title: str) -> None:
        super().__init__()
        self.recorder, self.title = recorder, title

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        findings = diagnose(self.recorder.evidence)
        print_findings(f"{self.title}, before training", findings, explain=False)
        if findings:
            print("  `make doctor` says why, and how to fix it.")


class _History(keras.callbacks.Callback):
    """Records the losses and a sheet of samples after each epoch, always of the same latents; ends training if a number is not finite."""

    def __init__(self, folder: Path, sheet_rows: int, title: str, run: Run) -> None:
        super().__init__()
        self.folder, self.title, self.run = folder, title, run
        self.labels = np.tile(np.arange(CLASSES, dtype=np.int32), sheet_rows)  # a sheet has a column per class
        self.rows: list[dict[str, float | None]] = []
        self.sheets: list[Bytes] = []
        self.diverged = False

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._add_sheet(self._draw())

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        seconds = time.perf_counter() - self.started
        finite = {name: float(value) if np.isfinite(value) else None for name, value in logs.items()}
        self.rows.append({"epoch": epoch + 1, **finite})
        record_epoch(self.run, self.rows[-1], seconds)
        images = self._draw()
        self._add_sheet(images)
        if None in finite.values() or not np.isfinite(images).all():
            self.diverged = True
            self.model.stop_training = True
            say(f"{self.title}: diverged, losses or samples are no longer finite; training ends here")

    def write_samples(self) -> None:
        """Write all sheets as arrays, the last one as a picture, and the question's figure."""
        with staged_file(self.folder / SAMPLE_ARRAYS) as partial:
            np.save(partial, np.stack(self.sheets))
        write_png(self.folder / SAMPLES, sample_sheet(self.sheets[-1], self._caption()))
        write_question_figure(self.folder / FIGURE, self._latents()[0], self.sheets[-1][0], self.rows, self.title)

    def _add_sheet(self, images: np.ndarray) -> None:
        low = image_low(self.model.variant)
        self.sheets.append(to_bytes(np.nan_to_num(images, nan=low), low))  # pixels that are not finite are shown black
        write_png(self.folder / sheet_path(len(self.rows)), sample_sheet(self.sheets[-1], self._caption()))
        record_sheet(self.run, len(self.rows), self.sheets[-1], self._caption())

    def _caption(self) -> str:
        return f"{self.title}, epoch {len(self.rows)}"

    def _latents(self) -> np.ndarray:
        return draw_latents(self.model.variant, len(self.labels), self.model.seed, streams.SHEET).numpy()

    def _draw(self) -> np.ndarray:
        inputs = generator_inputs(self.model.variant, self._latents(), self.labels)
        return self.model.averaged_generator(inputs, training=False).numpy()


if __name__ == "__main__":
    with one_line_errors():
        (variant, seed, *names), settings = sys.argv[1:], load_settings()
        paths, cell = Paths(*map(Path, names)), Cell.of(variant, seed)
        with owner("train", cell.name):
            check_inputs(paths.train, paths.held_out)
            pin_runtime(settings.train.threads)
            with training_run(settings, cell, paths.gan) as run:
                train(paths, settings, cell, run)
