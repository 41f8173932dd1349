"""`python -m benchmarks.quality` (make bench-quality): the Fréchet distance of `modern` and of four published GANs against seconds of training.

It writes benchmarks/quality.json, a picture, and with them docs/performance.md. A training's points are written as
soon as they are measured, and an interrupted run continues. Run it in the project's folder after `make run`, on a machine that does nothing else.
PyTorch comes from the environment of the oracles.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.quality.picture import draw
from benchmarks.speed.__main__ import ATTEMPTS, ORACLES, PAGE
from benchmarks.speed.__main__ import QUALITY as RESULTS
from benchmarks.speed.__main__ import RESULTS as SPEED
from benchmarks.speed.page import page
from pipeline.evaluation.files import RealReference
from pipeline.files.artifacts import write_json, write_text
from pipeline.files.errors import DataError, PipelineError, one_line_errors
from pipeline.files.json_file import read_json
from pipeline.provenance import code_hash
from pipeline.settings.params import load_settings

PICTURE = Path("docs/images/quality.png")
REAL = Path("artifacts/reference/real_reference.json")
PEERS = {
    "Keras' guide": [sys.executable, "-m", "benchmarks.quality.keras_guide"],
    "Keras' conditional example": [sys.executable, "-m", "benchmarks.quality.keras_conditional"],
    "TensorFlow's DCGAN": [sys.executable, "-m", "benchmarks.quality.tensorflow_dcgan"],
    "PyTorch's DCGAN": [ORACLES, "-m", "benchmarks.quality.pytorch_dcgan"],
}
MARKS = (15, 30, 60, 120, 300, 600)  # seconds of a peer's training after which its samples are scored
OURS, EPOCHS, SEEDS = "modern", (1, 2, 3, 5, 9, 14), (0, 1, 2)
Point = dict[str, Any]


def measure(results: dict[str, Any]) -> None:
    """Measure what `results` does not have yet, and write it after each training."""
    done = {(row["name"], row["seed"], row["point"].get("epochs")) for row in results["points"]}
    for epochs in EPOCHS:
        for seed in SEEDS:
            if (OURS, seed, epochs) not in done:
                _add(results, OURS, seed, [of_ours(epochs, seed)])
    for name, command in PEERS.items():
        if (name, 0, None) not in done:
            _add(results, name, 0, list(of_peer(command)))


def _add(results: dict[str, Any], name: str, seed: int, points: list[Point]) -> None:
    results["points"] += [{"name": name, "seed": seed, "point": point} for point in points]
    write_json(RESULTS, results)
    reached = ", ".join(f"{point['frechet_distance']} after {point['seconds']} s" for point in points)
    print(f"{name}, seed {seed}: {reached}", flush=True)


def of_ours(epochs: int, seed: int) -> Point:
    """Train `modern` for so many epochs; its learning rates fall to their end within them."""
    with tempfile.TemporaryDirectory() as folder:
        samples = Path(folder) / "samples.npy"
        seconds, images = _last_line([sys.executable, "-m", "benchmarks.quality.ours", str(epochs), str(seed), str(samples)]).split()
        return {"epochs": epochs} | _point(seconds, images, samples)


def of_peer(command: list[str]) -> Iterator[Point]:
    """Train a peer, and score its samples at the marks; drawing them is not counted."""
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process,
    ):
        samples = Path(folder) / "samples.npy"
        for mark in MARKS:
            _ask(process, f"train {mark}")
            seconds, images = _ask(process, f"samples {samples}").split()
            yield _point(seconds, images, samples)


def _ask(process: "subprocess.Popen[str]", question: str) -> str:
    """The line that a peer answers."""
    with suppress(BrokenPipeError):
        print(question, file=process.stdin, flush=True)
    answer = process.stdout.readline() if process.stdout else ""
    if not answer:
        raise PipelineError(f"{process.args!r}: expected seconds and images, received the end of the process")
    return answer


def _point(seconds: str, images: str, samples: Path) -> Point:
    distance = float(_last_line([sys.executable, "-m", "benchmarks.quality.scores", str(samples)]))
    return {"seconds": round(float(seconds), 1), "images": int(images), "frechet_distance": round(distance, 3)}


def _last_line(command: list[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.splitlines()[-1]


if __name__ == "__main__":
    with one_line_errors():
        if not REAL.is_file():
            raise DataError(f"{REAL}: expected the real reference, found none; `make run` makes it")
        real = read_json(REAL, RealReference)
        about = {
            "classifier_sha256": real["classifier_sha256"],
            "code": code_hash("train", "evaluate"),
            "machine": machine(),
            "modern": load_settings().gan["modern"].model_dump(),
            "real": real["scores"]["frechet_distance"],
        }
        known = read_json(RESULTS) if RESULTS.is_file() else {}
        same = about.items() <= known.items()  # or the points are not all of one kind
        results = {**about, "points": known["points"] if same else []}
        measure(results)
        draw(PICTURE, results)
        write_text(PAGE, page(read_json(SPEED), read_json(ATTEMPTS), results))
