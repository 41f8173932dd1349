"""Write oracles.json: the scores of the cases by torch-fidelity's own functions, and by definitions written with scikit-learn.

`make oracles` runs it in a separate environment, because PyTorch is large: about 6 GB on Linux, where it comes with CUDA, which nothing here uses.
The tests need none of it. All references are computed from float64 inputs in float64; torch-fidelity averages precision and recall in float32.
"""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from cases import FEATURES, LOGITS, NEIGHBOURS, Case, make_features, make_logits
from scipy.spatial.distance import cdist
from sklearn.metrics.pairwise import polynomial_kernel
from sklearn.neighbors import NearestNeighbors
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kernel_mmd
from torch_fidelity.metric_prc import prc_features_to_metric

KERNEL = {"kid_kernel": "poly", "kid_kernel_poly_degree": 3, "kid_kernel_poly_gamma": None, "kid_kernel_poly_coef0": 1}
LIBRARIES = ("numpy", "scikit-learn", "scipy", "torch", "torch-fidelity")
Values = dict[str, float]


def torch_fidelity(real: np.ndarray, fake: np.ndarray) -> Values:
    """Its kernel distance needs sets of one size: it gets the first rows of both, as many as the smaller set has."""
    first, second = torch.from_numpy(fake), torch.from_numpy(real)
    rows = min(len(real), len(fake))
    neighbours = prc_features_to_metric(first, second, prc_neighborhood=NEIGHBOURS, prc_batch_size=10_000, save_cpu_ram=False, verbose=False)
    statistics = fid_features_to_statistics(second), fid_features_to_statistics(first)
    return {
        "frechet_distance": fid_statistics_to_metric(*statistics, verbose=False)["frechet_inception_distance"],
        "kernel_distance_of_first_rows": kernel_mmd(real[:rows], fake[:rows], **KERNEL),
        "precision": neighbours["precision"],
        "recall": neighbours["recall"],
    }


def scikit_learn(real: np.ndarray, fake: np.ndarray) -> Values:
    """Radii from its neighbours, which leave out the point itself; the other distances from SciPy, as differences of coordinates."""
    around_real, around_fake = (
        NearestNeighbors(n_neighbors=NEIGHBOURS, algorithm="brute", metric="euclidean").fit(rows).kneighbors()[0][:, -1] for rows in (real, fake)
    )
    distances = cdist(fake, real)
    inside = distances <= around_real
    return {
        "kernel_distance": _kernel_distance(real, fake),
        "precision": inside.any(axis=1).mean(),
        "recall": (distances <= around_fake[:, np.newaxis]).any(axis=0).mean(),
        "density": inside.sum() / (NEIGHBOURS * len(fake)),
        "coverage": (distances.min(axis=0) <= around_real).mean(),
    }


def _kernel_distance(real: np.ndarray, fake: np.ndarray) -> float:
    own = [polynomial_kernel(rows, degree=3, coef0=1)[~np.eye(len(rows), dtype=bool)].mean() for rows in (real, fake)]
    return sum(own) - 2 * polynomial_kernel(real, fake, degree=3, coef0=1).mean()


def _entry(case: Case, **references: Values) -> dict[str, Any]:
    rounded = {name: {key: float(f"{value:.12g}") for key, value in values.items()} for name, values in references.items()}
    return {"dtype": "float64", "recipe": {"generator": "numpy.random.default_rng", **case._asdict()}, "values": rounded}


def main() -> None:
    features = {name: _entry(case, torch_fidelity=torch_fidelity(*make_features(case)), scikit_learn=scikit_learn(*make_features(case)))
                for name, case in FEATURES.items()}  # fmt: skip
    logits = {}
    for name, case in LOGITS.items():
        score = isc_features_to_metric(torch.from_numpy(make_logits(case)), splits=1)["inception_score_mean"]
        logits[name] = _entry(case, torch_fidelity={"classifier_score": score})
    oracles = {"features": features, "libraries": {name: version(name) for name in LIBRARIES}, "logits": logits, "neighbours": NEIGHBOURS}
    Path(__file__).with_name("oracles.json").write_text(json.dumps(oracles, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
