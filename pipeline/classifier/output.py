"""The features and class probabilities of images, as arrays."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class ClassifierOutput(NamedTuple):
    """What the classifier computes for n images.

    >>> ClassifierOutput(np.zeros((2, 128)), np.eye(10)[[7, 3]]).predicted.tolist()
    [7, 3]
    """

    features: NDArray[np.float64]  # (n, 128), non-negative
    probabilities: NDArray[np.float64]  # (n, 10), rows sum to 1

    @property
    def predicted(self) -> NDArray[np.intp]:
        """The most probable class of each image, (n,)."""
        return self.probabilities.argmax(axis=1)
