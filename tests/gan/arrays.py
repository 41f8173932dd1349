"""Comparison of large arrays: `pytest.approx` goes through them one number at a time."""

import numpy as np


def close(values: np.ndarray, expected: np.ndarray, rel: float, absolute: float) -> bool:
    """Whether every number is within rel |expected| or `absolute` of the expected one, as `pytest.approx` has it."""
    assert values.shape == expected.shape
    return bool((np.abs(values - expected) <= np.maximum(rel * np.abs(expected), absolute)).all())
