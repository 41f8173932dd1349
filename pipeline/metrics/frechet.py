"""The Fréchet distance between two sets of features."""

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.checks import check_covariances, check_pair

Features = NDArray[np.float64]  # (n, d)


def frechet_distance(real: Features, fake: Features) -> float:
    """||m - m'||^2 + tr(C + C' - 2 (C C')^(1/2)) of the Gaussians with the sets' means and covariances (Heusel et al. 2017, arXiv:1706.08500).

    The squared distance, as the literature reports it; 0 for equal sets; unbiased covariances. It compares only within one feature
    space and one number of samples, more than there are features. tr (C C')^(1/2) is the sum of square roots of the eigenvalues of the
    symmetric C^(1/2) C' C^(1/2), which stays exact where features are constant and C has no inverse.
    """
    check_pair(real, fake)
    check_covariances(real, fake)
    shift = real.mean(axis=0) - fake.mean(axis=0)
    covariance, other = np.cov(real, rowvar=False), np.cov(fake, rowvar=False)
    root = _symmetric_root(np.atleast_2d(covariance))
    eigenvalues = np.linalg.eigvalsh(root @ np.atleast_2d(other) @ root)
    overlap = np.sqrt(np.clip(eigenvalues, 0, None)).sum()
    return float(shift @ shift + np.trace(np.atleast_2d(covariance)) + np.trace(np.atleast_2d(other)) - 2 * overlap)


def _symmetric_root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
