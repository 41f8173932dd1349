"""The JSON files of stages, whole, with what a test changes in them."""

from typing import Any

from pipeline.metrics.score_names import SCORES

NO_SCORES: dict[str, float | None] = dict.fromkeys(SCORES)
REFERENCE = {"data_set": "mnist", "split": "test", "samples": 300, "feature_layer": "features", "classifier_accuracy": 0.5}
REFERENCE |= {"classifier_sha256": "ab" * 32}
ABOUT = {"data_set": "mnist", "classes": list("0123456789"), "citation": "the tests", "licence": "none", "sha256": {}}


def history(**changes: Any) -> dict[str, Any]:
    """history.json of a cell."""
    rows = [{"epoch": epoch, "d_loss": 1.0 + epoch, "g_loss": 0.5} for epoch in (1, 2, 3)]
    return {"data_set": "mnist", "variant": "asker", "seed": 0, "status": "finished", "epochs": rows} | changes


def scores(**changes: Any) -> dict[str, Any]:
    """scores.json of a cell; scores that `changes` leave out are null."""
    losses = {"d_loss_first": 1.5, "d_loss_last": None, "g_loss_first": 0.4, "g_loss_last": 0.3}
    groups = {name: NO_SCORES | changes.pop(name, {}) for name in ("scores", "spread", "real_reference")}
    return REFERENCE | {"variant": "asker", "seed": 0, "status": "finished", "losses": losses} | groups | changes


def curves() -> dict[str, Any]:
    """curves.json of a cell."""
    rows = [{"epoch": epoch, "classifier_score": 1.5, "effective_classes": 1.0, "class_consistency": None} for epoch in range(3)]
    return {"samples": 10, "epochs": rows}


def leaderboard(cells: list[dict[str, Any]], variants: list[dict[str, Any]]) -> dict[str, Any]:
    """leaderboard.json of these cells."""
    about = {"score": "frechet_distance", "baseline": "answer", "confidence": 0.95}
    return {"cells": cells, "variants": variants, "real_reference": NO_SCORES, "negative_controls": {"mean image": NO_SCORES}} | about


CLASSIFIER = {"data_set": "mnist", "accuracy": 0.99, "sha256": "ab"}  # report.json
CLASSIFIER_HISTORY = {"data_set": "mnist", "confusion": {"true rows, predicted columns": [[1]]}, "epochs": [{"epoch": 1, "loss": 0.5}]}
