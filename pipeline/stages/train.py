"""Train one cell, a variant with a seed: reads two splits, writes the weights of both networks, history, samples, pictures and the doctor's evidence.

A cell's status is `finished`, `diverged` if its losses or samples stopped being finite, or `stopped` if a finding of the doctor ended it
(`train.stop_on: error`): each of them is a result. Durations go to the tracked run only: the files are the same bytes on every run.
"""

import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.runtime import copies_on, pin_runtime, training_devices

# isort: split
import keras
import numpy as np
import tensorflow as tf

from pipeline.data.digits import CLASSES, Bytes, Digits, load_digits
from pipeline.data.pixels import to_bytes
from pipeline.doctor.diagnosis.diagnose import diagnose, first_error
from pipeline.doctor.diagnosis.summary import print_findings
from pipeline.doctor.evidence.probe import Probe
from pipeline.doctor.evidence.recorder import EvidenceRecorder
from pipeline.files.artifacts import staged_file, staged_folder, write_json
from pipeline.files.cells import DISCRIMINATOR, EVIDENCE, FIGURE, GENERATOR, HISTORY, SAMPLE_ARRAYS, SAMPLES, Cell, sheet_path
from pipeline.files.checkpoints import Checkpoints
from pipeline.files.errors import SettingsError, one_line_errors
from pipeline.files.owner import owner
from pipeline.files.room import save_weights
from pipeline.gan import streams
from pipeline.gan.base import GAN, draw_latents, generator_inputs, image_low, images_per_step, training_batches
from pipeline.gan.probe_inputs import probe_inputs
from pipeline.gan.replicas import in_shares
from pipeline.integrity.inputs import check_inputs
from pipeline.pictures.figure import write_question_figure
from pipeline.pictures.png import write_png
from pipeline.pictures.sheets import sample_sheet
from pipeline.provenance import cell_checkpoints
from pipeline.settings.params import PARAMS, Settings, load_settings
from pipeline.terminal.closing import closing
from pipeline.terminal.progress import say
from pipeline.terminal.training import TrainingProgress
from pipeline.tracking.cells import record_epoch, record_sheet, training_run
from pipeline.tracking.machine import computed, device
from pipeline.tracking.run import Run
from pipeline.training.resume import Resume, Saving
from pipeline.training.state import Once

STEPS_PER_CALL = 50  # most steps in one call into TensorFlow; it changes the speed and no byte
SHOWN = ("d_loss", "g_loss", "real_fake_auc", "diversity")  # after each epoch: whether the GAN learns, and the doctor's measures of its health


class Paths(NamedTuple):
    """Two splits, the folder that is filled, and the folder of checkpoints; the GAN is not trained on `held_out`."""

    train: Path
    held_out: Path
    gan: Path
    checkpoints: Path


def train(paths: Paths, settings: Settings, cell: Cell, run: Run) -> None:
    """Train a cell, from its newest checkpoint if it was ended; fill the folder `paths.gan`."""
    digits, variant = load_digits(paths.train), settings.gan[cell.variant]
    steps = settings.train.epoch_images // images_per_step(variant)
    epochs = variant.training_images // settings.train.epoch_images
    with copies_on(_devices(settings, cell)):
        gan = GAN(variant, cell.seed, steps * epochs)
    gan.steps_per_execution = max(k for k in range(1, STEPS_PER_CALL + 1) if steps % k == 0)
    inputs = probe_inputs(gan, digits, load_digits(paths.held_out))
    probe = Probe(inputs.latent, inputs.real, inputs.held_out)
    stop = first_error if settings.train.stop_on == "error" else None
    evidence = EvidenceRecorder(gan.generator, gan.discriminator, inputs.batch, probe, stop)
    title = f"{cell.variant}, seed {cell.seed}, {digits.name}"
    say(f"{title}: on {device()}, in {computed(variant.precision)}")
    with staged_folder(paths.gan, _files_of(evidence)) as folder:
        history = _History(folder, settings.train.sheet_rows, title, run)
        saving = Saving(paths.checkpoints, settings.run.checkpoint_epochs, f"train@{cell.name}")
        resume = Resume(gan, [gan.optimizer, gan.discriminator_optimizer], steps, {"history": history, "evidence": evidence}, saving)
        with TrainingProgress(cell.name, lambda logs: {name: evidence.evidence["epochs"][-1][name] for name in SHOWN}, resume.done) as shown:
            resume.fit(partial(_batches, digits, gan), epochs, [_PrintFindings(evidence, title), history, evidence, shown])
        save_weights(gan.averaged_generator, folder / GENERATOR)
        save_weights(gan.discriminator, folder / DISCRIMINATOR)
        status = "diverged" if history.diverged or evidence.diverged else "stopped" if evidence.stopped_by else "finished"
        about = {"data_set": digits.name, "variant": cell.variant, "seed": cell.seed, "status": status}
        stopped = {"stopped_by": evidence.stopped_by} if evidence.stopped_by else {}
        kept = {"newest_finite_checkpoint": resume.newest_finite or None} if status == "diverged" else {}
        write_json(folder / HISTORY, about | stopped | kept | {"epochs": history.rows})
        write_json(folder / EVIDENCE, evidence.evidence)
        history.write_samples(gan)
    if status == "diverged" and resume.before:
        say(f"{title}: the newest checkpoint, in {paths.checkpoints}, has finite weights and is kept")
    if status != "diverged":
        Checkpoints(paths.checkpoints).finish("train", cell.name)
    closing(f"wrote {paths.gan}: {status}, a generator and {len(history.rows)} epochs of losses and samples", f"dvc repro evaluate@{cell.name}")


def _devices(settings: Settings, cell: Cell) -> list[str]:
    """The devices that train the cell together; said where the settings ask for all that there are."""
    devices, size = training_devices(settings.run.strategy), settings.gan[cell.variant].batch_size
    count = len(devices)
    if size % count:
        raise SettingsError(
            f"{PARAMS}: gan.{cell.variant}.batch_size: expected a multiple of {count}, the devices that run.strategy: mirrored shares a batch among, "
            f"received {size}; the next is {size + -size % count}, and run.strategy: single takes any"
        )
    if settings.run.strategy == "mirrored" and count == 1:
        say("run.strategy: mirrored, and TensorFlow sees one device: it trains alone, as with single")
    elif count > 1:
        say(f"run.strategy: mirrored, on {count} devices: {size // count} of the {size} images of a batch on each")
    return devices


def _batches(digits: Digits, gan: GAN, first_step: int) -> tf.data.Dataset:
    """The GAN's batches from a step on, in the order in which its devices share them."""
    batches = training_batches(digits, gan.variant, gan.seed, first_step)
    return in_shares(batches, gan.variant.critic_steps, gan.distribute_strategy.num_replicas_in_sync)


def _files_of(evidence: EvidenceRecorder) -> Iterator[Path | str]:
    """What a training leaves; known at its end, when there is a sheet of each epoch and the one before them."""
    yield from (DISCRIMINATOR, EVIDENCE, FIGURE, GENERATOR, HISTORY, SAMPLE_ARRAYS, SAMPLES)
    yield from map(sheet_path, range(len(evidence.evidence["epochs"]) + 1))


class _PrintFindings(keras.callbacks.Callback):
    """Prints the findings about the networks and one step before the first epoch; the stage `diagnose` prints those about the training."""

    def __init__(self, recorder: EvidenceRecorder, title: str) -> None:
        super().__init__()
        self.recorder, self.title = recorder, title

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        findings = diagnose({"before": self.recorder.evidence["before"]})
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
        self.seconds: list[float] = []  # of each epoch
        self.sheets = Once()
        self.diverged, self.passed = False, 0.0  # seconds of the epoch that runs, before a checkpoint

    def state(self) -> dict[str, Any]:
        return {"rows": self.rows, "seconds": self.seconds, "passed": time.perf_counter() - self.started, "sheets": self.sheets}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state; what was recorded before is recorded in this run too."""
        self.passed = state["passed"]
        self.run.seconds_before = sum(state["seconds"]) + self.passed
        for epoch, sheet in enumerate(state["sheets"]):
            if epoch:
                self._add_row(state["rows"][epoch - 1], state["seconds"][epoch - 1], earlier=True)
            self._add_sheet(sheet)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        if not self.sheets:
            self._add_sheet(self._as_bytes(self._draw()))

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.started, self.passed = time.perf_counter() - self.passed, 0.0

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        seconds = time.perf_counter() - self.started
        finite = {name: float(value) if np.isfinite(value) else None for name, value in logs.items()}
        self._add_row({"epoch": epoch + 1, **finite}, seconds)
        images = self._draw()
        self._add_sheet(self._as_bytes(images))
        self.started = time.perf_counter()
        if None in finite.values() or not np.isfinite(images).all():
            self.diverged = True
            self.model.stop_training = True
            say(f"{self.title}: diverged, losses or samples are no longer finite; training ends here")

    def write_samples(self, gan: GAN) -> None:
        """Write all sheets as arrays, the last one as a picture, and the question's figure."""
        with staged_file(self.folder / SAMPLE_ARRAYS) as partial:
            np.save(partial, np.stack(self.sheets))
        write_png(self.folder / SAMPLES, sample_sheet(self.sheets[-1], self._caption()))
        write_question_figure(self.folder / FIGURE, self._latents(gan)[0], self.sheets[-1][0], self.rows, self.title)

    def _add_row(self, row: dict[str, float | None], seconds: float, earlier: bool = False) -> None:
        self.rows.append(row)
        self.seconds.append(seconds)
        record_epoch(self.run, row, seconds, earlier)

    def _add_sheet(self, sheet: Bytes) -> None:
        self.sheets.append(sheet)
        write_png(self.folder / sheet_path(len(self.rows)), sample_sheet(self.sheets[-1], self._caption()))
        record_sheet(self.run, len(self.rows), self.sheets[-1], self._caption())

    def _caption(self) -> str:
        return f"{self.title}, epoch {len(self.rows)}"

    def _latents(self, gan: GAN) -> np.ndarray:
        return draw_latents(gan.variant, len(self.labels), gan.seed, streams.SHEET).numpy()

    def _draw(self) -> np.ndarray:
        inputs = generator_inputs(self.model.variant, self._latents(self.model), self.labels)
        return self.model.averaged_generator(inputs, training=False).numpy()

    def _as_bytes(self, images: np.ndarray) -> Bytes:
        """Pixels that are not finite are shown black."""
        low = image_low(self.model.variant)
        return to_bytes(np.nan_to_num(images, nan=low), low)


if __name__ == "__main__":
    with one_line_errors():
        (variant, seed, *names), settings = sys.argv[1:], load_settings()
        files, cell = [Path(name) for name in names], Cell.of(variant, seed)
        with owner("train", cell.name):
            check_inputs(*files[:2])
            paths = Paths(*[*files, cell_checkpoints(settings, cell, *files[:2])])
            pin_runtime(settings.train.threads)
            with training_run(settings, cell, paths.gan) as run:
                train(paths, settings, cell, run)
