"""The Fréchet distance between two sets of features."""

import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.checks import check_covariances, check_pair

Features = NDArray[np.float64]  # (n, d)


def frechet_distance(real: Features, fake: Features) -> float:
    """||m - m'||^2 + tr(C + C' - 2 (C C')^(1/2)) of the Gaussians with the sets' means and unbiased covariances; better low.

    The squared distance, as the literature reports it (Heusel et al. 2017, arXiv:1706.08500). Compare it only within one feature space and
    one number of samples. tr (C C')^(1/2) is the sum of square roots of the eigenvalues of the symmetric C^(1/2) C' C^(1/2), which stays
    exact where features are constant and C has no inverse.

    Args:
        real: features of real images, (m, d), m > d.
        fake: features of samples, (n, d), n > d.

    Returns:
        0 for equal sets; without an upper bound, in squared units of the features.

    Raises:
        MetricError: if the shapes do not fit, a number is not finite, or there are no more rows than features.

    >>> real = np.random.default_rng(0).normal(size=(100, 2))
    >>> round(frechet_distance(real, real + [3.0, 4.0]), 6)  # the same set, moved by 5
    25.0
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
