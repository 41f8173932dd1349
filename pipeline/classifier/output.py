"""What a classifier sees in images, as arrays."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Reading(NamedTuple):
    """What the classifier sees in n images."""

    features: NDArray[np.float64]  # (n, 128), non-negative
    probabilities: NDArray[np.float64]  # (n, 10), rows sum to 1
