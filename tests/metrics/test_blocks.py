"""Blocks of pairs: every pair once, in order, whatever the number of threads and the type of the points."""

import numpy as np
import pytest

from pipeline.metrics import blocks
from pipeline.metrics.blocks import for_distances, for_products

POINTS, OTHERS = np.random.default_rng(0).normal(size=(2, 90, 5)).round(3)


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("block", [1, 200, 10_000])
def test_results_come_in_the_order_of_the_rows_with_the_same_bytes(monkeypatch: pytest.MonkeyPatch, threads: int, block: int) -> None:
    expected = for_products(POINTS, OTHERS, lambda products, _: products.copy())[0]
    monkeypatch.setattr(blocks, "MOST_THREADS", threads)
    monkeypatch.setattr(blocks, "BLOCK", block)
    found = for_products(POINTS, OTHERS, lambda products, rows: (rows.start, products.copy()))
    assert [start for start, _ in found] == sorted(start for start, _ in found)
    assert len(found) == -(-90 // max(1, block // 90))
    assert np.concatenate([products for _, products in found]) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_distances_are_float64_and_never_negative(kind: type) -> None:
    points = (POINTS + 1000).astype(kind)
    (found,) = for_distances(points, points, lambda distances, _: distances.copy())
    assert found.dtype == np.float64
    assert found.min() == 0
    exact = ((points.astype(np.float64)[:, np.newaxis] - points.astype(np.float64)) ** 2).sum(axis=2)
    assert found == pytest.approx(exact, abs=1e-6)
