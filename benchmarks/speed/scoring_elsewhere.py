"""The same scores as `benchmarks.speed.scoring` by torch-fidelity's functions, and the nearest training images by SciPy, all distances at once.

It runs in the environment of the oracles: `python -m benchmarks.speed.scoring_elsewhere FEATURES SAMPLES NEIGHBOURS`.
"""

import json
import resource
import sys
import time

import numpy as np
import torch
from scipy.spatial.distance import cdist
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_kid import kernel_mmd
from torch_fidelity.metric_prc import prc_features_to_metric

KERNEL = {"kid_kernel": "poly", "kid_kernel_poly_degree": 3, "kid_kernel_poly_gamma": None, "kid_kernel_poly_coef0": 1}
BLOCK = 1000  # samples whose distances to all training images are in memory at once

if __name__ == "__main__":
    with np.load(sys.argv[1]) as file:
        samples, real, training = file["samples"][: int(sys.argv[2])], file["real"], file["training"].astype(np.float64)
    began = time.perf_counter()
    first, second = torch.from_numpy(samples), torch.from_numpy(real)
    statistics = fid_features_to_statistics(second), fid_features_to_statistics(first)
    fid_statistics_to_metric(*statistics, verbose=False)
    rows = min(len(real), len(samples))
    kernel_mmd(real[:rows], samples[:rows], **KERNEL)
    prc_features_to_metric(first, second, prc_neighborhood=int(sys.argv[3]), prc_batch_size=10_000, save_cpu_ram=False, verbose=False)
    for place in range(0, len(samples), BLOCK):
        cdist(samples[place : place + BLOCK], training).min(axis=1)
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
