"""The conditions on the arrays of a metric: where one does not hold, an error names the array."""

import numpy as np
from numpy.typing import NDArray

from pipeline.files.errors import PipelineError


class MetricError(PipelineError, ValueError):
    """Arrays that a metric cannot score."""


def check_rows(name: str, rows: NDArray[np.floating]) -> None:
    """Raise `MetricError` unless `rows` is (n >= 2, d) and finite."""
    if rows.ndim != 2 or len(rows) < 2:
        raise MetricError(f"{name}: expected at least two rows of numbers, received shape {rows.shape}")
    if not np.isfinite(rows).all():
        raise MetricError(f"{name}: expected finite numbers, received {np.count_nonzero(~np.isfinite(rows))} that are not")


def check_pair(real: NDArray[np.floating], fake: NDArray[np.floating]) -> None:
    """Raise `MetricError` unless both are finite rows of equally many features, and the real rows are not all the same."""
    check_rows("real", real)
    check_rows("fake", fake)
    if real.shape[1] != fake.shape[1]:
        raise MetricError(f"fake: expected {real.shape[1]} features as in real, received {fake.shape[1]}")
    if (real == real[0]).all():
        raise MetricError(f"real: expected features that differ between images, received the same {real.shape[1]} numbers for all {len(real)} images")


def check_covariances(real: NDArray[np.floating], fake: NDArray[np.floating]) -> None:
    """Raise `MetricError` unless both have more rows than features: with fewer, the covariance has too low a rank."""
    for name, rows in (("real", real), ("fake", fake)):
        if len(rows) <= rows.shape[1]:
            raise MetricError(f"{name}: expected more rows than the {rows.shape[1]} features, received {len(rows)}; raise evaluate.samples")
