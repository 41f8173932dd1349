"""`python -m benchmarks.speed.operations VARIANT THREADS`: what one step of this project's GAN computes, as JSON on the last line of its output.

Floating-point operations are counted by TensorFlow's profiler in the graph of the step, times are measured by its tracer. With `matrix` as VARIANT:
the rate of a product of two matrices of 2048 x 2048.
"""

import json
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from pipeline.runtime import pin_runtime

# isort: split
import tensorflow as tf
from tensorflow.tsl.profiler.protobuf import xplane_pb2

from benchmarks.speed import OTHERS
from benchmarks.speed.ours import SCHEDULED
from benchmarks.speed.worker import TRAIN
from pipeline.data.digits import load_digits
from pipeline.gan.base import GAN, training_batches
from pipeline.settings.params import load_settings

MATRIX = 2048
PRODUCTS, STEPS = 10, 50
SHOWN = 12  # kinds of operations with the most time


def measure(name: str) -> dict[str, Any]:
    """The operations of a step, and its time by kind of operation."""
    settings = load_settings()
    variant = settings.gan[name]
    gan = GAN(variant, 0, SCHEDULED)
    batch = next(iter(training_batches(load_digits(TRAIN), variant, 0)))
    step = tf.function(gan.train_step)
    graph = step.get_concrete_function(batch).graph
    options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation() | {"output": "none"}
    operations = tf.compat.v1.profiler.profile(graph, options=options).total_float_ops
    for _ in range(STEPS):
        step(batch)
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        for _ in range(STEPS):
            step(batch)
        tf.profiler.experimental.stop()
        kinds = milliseconds_by_kind(Path(folder))
    return {"operations": operations, "milliseconds_by_kind": kinds}


def milliseconds_by_kind(folder: Path) -> dict[str, float]:
    """The time of the operations of one step, added up over all threads, by their kind; the longest first."""
    space = xplane_pb2.XSpace()
    (file,) = folder.rglob("*.xplane.pb")
    space.ParseFromString(file.read_bytes())
    times: dict[str, float] = defaultdict(float)
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                if ":" in name and "::" not in name and not name.startswith("EagerLocalExecute"):  # NAME:KIND
                    times[name.rpartition(":")[2]] += event.duration_ps / 1e9 / STEPS
    longest = sorted(times, key=lambda kind: -times[kind])
    shown = {kind: round(times[kind], 3) for kind in longest[:SHOWN]}
    return shown | {OTHERS: round(sum(times[kind] for kind in longest[SHOWN:]), 3)}


def matrix_rate() -> float:
    """Operations a second in products of two square matrices: the best of some."""
    matrix = tf.random.stateless_normal((MATRIX, MATRIX), (0, 0))
    best = 0.0
    for _ in range(PRODUCTS):
        began = time.perf_counter()
        tf.linalg.matmul(matrix, matrix).numpy()
        best = max(best, 2 * MATRIX**3 / (time.perf_counter() - began))
    return best


if __name__ == "__main__":
    what, threads = sys.argv[1:]
    pin_runtime(int(threads))
    print(json.dumps({"matrix_rate": matrix_rate()} if what == "matrix" else measure(what)))
