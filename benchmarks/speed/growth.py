"""How speed grows: images per second of `modern` with larger batches, wider networks and more threads; seconds of the scores with more samples."""

import json
import sys
from typing import Any

from benchmarks.speed.paired import steps_per_second
from pipeline.settings.params import Settings

VARIANT = "modern"
BATCHES = (32, 64, 128, 256, 512, 1024)
WIDTHS = (0.5, 1.0, 2.0)  # times those of the variant
THREADS = (1, 2)
CALL = 5  # steps at a time: fifty of the largest batch take half a minute


def measure(settings: Settings, rounds: int) -> dict[str, dict[str, list[float]]]:
    """What grows -> its value -> images per second of each round; the trainings of a group take turns."""
    variant = settings.gan[VARIANT]
    widths = {str(times): {name: int(getattr(variant, name) * times) for name in ("generator_width", "discriminator_width")} for times in WIDTHS}
    groups: dict[str, dict[str, tuple[dict[str, int], int]]] = {
        "batch_size": {str(size): ({"batch_size": size}, settings.train.threads) for size in BATCHES},
        "width": {times: (changes, settings.train.threads) for times, changes in widths.items()},
        "threads": {str(threads): ({}, threads) for threads in THREADS},
    }
    return {name: _images_per_second(group, variant.batch_size, rounds) for name, group in groups.items()}


def _images_per_second(group: dict[str, tuple[dict[str, int], int]], usual: int, rounds: int) -> dict[str, list[float]]:
    steps = steps_per_second({value: command(changes, threads) for value, (changes, threads) in group.items()}, rounds, CALL)
    sizes = {value: changes.get("batch_size", usual) for value, (changes, _) in group.items()}
    return {value: [round(rate * sizes[value]) for rate in rates] for value, rates in steps.items()}


def command(changes: dict[str, Any], threads: int) -> list[str]:
    """A training of the variant with changed settings."""
    return [sys.executable, "-m", "benchmarks.speed.ours", VARIANT, json.dumps(changes), str(threads), str(CALL)]
