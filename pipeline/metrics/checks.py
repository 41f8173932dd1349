"""What every metric demands of its arrays: a named error, never a silent number."""

import numpy as np
from numpy.typing import NDArray


def check_rows(name: str, rows: NDArray[np.floating]) -> None:
    """Raise `ValueError` unless `rows` is (n >= 2, d) and finite."""
    if rows.ndim != 2 or len(rows) < 2:
        raise ValueError(f"{name}: expected at least two rows of numbers, received shape {rows.shape}")
    if not np.isfinite(rows).all():
        raise ValueError(f"{name}: expected finite numbers, received {np.count_nonzero(~np.isfinite(rows))} that are not")


def check_pair(real: NDArray[np.floating], fake: NDArray[np.floating]) -> None:
    """Raise `ValueError` unless both are finite rows of equally many features."""
    check_rows("real", real)
    check_rows("fake", fake)
    if real.shape[1] != fake.shape[1]:
        raise ValueError(f"fake: expected {real.shape[1]} features as in real, received {fake.shape[1]}")
