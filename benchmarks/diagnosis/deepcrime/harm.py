"""Which mutants do harm, measured without the doctor: each one's samples against held-out data, beside those of its base.

A script prints `quality: NUMBER`, an energy distance. A mutant does harm if it is worse with each of three seeds than its base is with the worst of
the same three, by `MARGIN` at least. Samples that are not finite are as bad as can be.
"""

import math
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.diagnosis.scripts.running import Run, run_plain
from pipeline.files.errors import DataError

SEEDS = (1, 2, 3)
MARGIN = 1.1  # a tenth: bases with other seeds differ from each other by more, so the worst of three is the bar, and this is beyond it
SIDE_BY_SIDE = 2
QUALITY = re.compile(r"^quality: (\S+)$", re.MULTILINE)


def qualities(script: Path, variables: dict[str, str]) -> list[float]:
    """The distances that a script ends with, one for each seed."""
    return [quality(script, run_plain(script, variables | {"SEED": str(seed)})) for seed in SEEDS]


def quality(script: Path, run: Run) -> float:
    """The distance that a run ended with.

    Raises:
        DataError: it printed none.
    """
    printed = QUALITY.search(run.output)
    if printed is None:
        raise DataError(
            f"{script}: expected a line `quality: NUMBER`, the script ended with {run.status} ({run.last_words}); run it alone to see why"
        )
    return float(printed[1])


def measured(scripts: list[Path], variables: dict[str, str]) -> dict[str, list[float]]:
    """The distances of all scripts, by their names."""

    def one(script: Path) -> list[float]:
        found = qualities(script, variables)
        print(f"{script.stem}: {found}", flush=True)
        return found

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return dict(zip([script.stem for script in scripts], pool.map(one, scripts), strict=True))


def harm(mutant: list[float], base: list[float]) -> dict[str, Any]:
    """What was measured of a mutant, and whether it does harm.

    >>> harm([0.5, 0.6, float("nan")], [0.2, 0.3, 0.4])["harmful"], harm([0.5, 0.6, 0.43], [0.2, 0.3, 0.4])["harmful"]
    (True, False)
    """
    bar = MARGIN * max(base)
    return {"quality": mutant, "base": base, "harmful": all(not math.isfinite(value) or value > bar for value in mutant)}
