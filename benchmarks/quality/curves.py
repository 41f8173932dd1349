"""The measured points of each GAN, averaged over seeds, and how soon it reaches a distance."""

from collections import defaultdict
from statistics import mean
from typing import Any, NamedTuple

FACTORS = (1.6, 1.25)  # times the distance of real digits
DISTANCES = (10.0, 5.0, 3.0)


class Mean(NamedTuple):
    """A point of a curve: trainings of one length."""

    seconds: float
    mean: float  # of the Fréchet distance, over seeds
    lowest: float
    highest: float


def curves(results: dict[str, Any]) -> dict[str, list[Mean]]:
    """Name -> points in the order of their seconds.

    >>> points = [{"name": "a", "seed": seed, "point": {"epochs": 1, "seconds": 10.0 + seed, "frechet_distance": 4.0 + seed}} for seed in (0, 1)]
    >>> curves({"points": points})
    {'a': [Mean(seconds=10.5, mean=4.5, lowest=4.0, highest=5.0)]}
    """
    groups: dict[str, dict[Any, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in results["points"]:
        groups[row["name"]][row["point"].get("epochs", row["point"]["seconds"])].append(row["point"])
    return {name: sorted(_mean(points) for points in lengths.values()) for name, lengths in groups.items()}


def _mean(points: list[dict[str, Any]]) -> Mean:
    distances = [point["frechet_distance"] for point in points]
    return Mean(mean(point["seconds"] for point in points), mean(distances), min(distances), max(distances))


def seconds_until(points: list[Mean], distance: float) -> float | None:
    """The seconds of the shortest training whose mean distance is as low; None if there is none.

    >>> seconds_until([Mean(10, 5.0, 5.0, 5.0), Mean(20, 2.0, 2.0, 2.0)], 3.0)
    20
    """
    return next((point.seconds for point in points if point.mean <= distance), None)
