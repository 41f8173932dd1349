"""A small project of the shapes that the report reads, and the page made from it."""

import json
import shutil
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.data.digits import Bytes
from pipeline.doctor.diagnosis.diagnose import diagnose
from pipeline.files.cells import Cell
from pipeline.metrics.score_names import MODE_SCORES, SCORES
from pipeline.pictures.png import write_png
from pipeline.pictures.sheets import sample_sheet
from pipeline.report.outputs import Outputs
from pipeline.report.page import write_report
from pipeline.report.verdicts import VERDICT_SCORE, aggregate
from pipeline.settings.params import Settings
from pipeline.settings.yaml_file import read_yaml
from tests.conftest import ROOT, shrink
from tests.written import history

# The Fréchet distance of each seed, or how its training ended.
CELLS: dict[str, tuple[float | str, float | str]] = {
    "answer": (520.0, 540.0),
    "asker": (4911.0, "diverged"),
    "modern": (2.5, 3.1),
    "lsgan": ("diverged", "stopped"),
    "dcgan": (500.0, 640.0),
}
SEEDS = [0, 1]
EPOCHS = 12
ABOUT = {"data_set": "mnist", "split": "test", "samples": 10000, "feature_layer": "features", "classifier_accuracy": 0.995}
COLLAPSED = {"scores": {"effective_classes": 4.3}, "real_reference": {"effective_classes": 9.98}}
EVIDENCE: dict[str, dict[str, Any]] = {
    "answer": COLLAPSED,
    "asker": COLLAPSED | {"before": {"optimizers": {"generator": {"learning_rate": 1.0, "beta_1": 0.5}}}},
}


@dataclass
class Tree:
    """Folders and settings as the stage that writes the report has them."""

    folder: Path
    leaderboard: dict[str, Any]
    settings: Settings

    def write(self, name: str = "changed.html") -> str:
        """The page; not `report.html`, which browsers of other tests read."""
        outputs = Outputs(*(self.folder / part for part in ("gan", "evaluation", "diagnosis", "reference")))
        write_report(self.folder / name, self.leaderboard, self.settings, outputs)
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Made once, because drawing takes time."""
    saturated = np.random.default_rng(0).integers(0, 256, (100, 28, 28)) // 200 * 255
    return make_tree(tmp_path_factory.mktemp("report"), CELLS, saturated.astype(np.uint8), EPOCHS)


@pytest.fixture(scope="session")
def written(made: Tree) -> str:
    """The page of the tree as it is."""
    return made.write("report.html")


@pytest.fixture
def tree(made: Tree) -> Tree:
    """The tree with a leaderboard that a test may change."""
    return replace(made, leaderboard=deepcopy(made.leaderboard))


def score_row(variant: str, seed: int, outcome: float | str, spread: float | None = None) -> dict[str, Any]:
    """What an evaluation writes into scores.json: a finished cell with this Fréchet distance, or a cell whose training ended otherwise."""
    finished = not isinstance(outcome, str)
    scores = (
        dict.fromkeys(SCORES, 0.5 if finished else None)
        | {"sample_trained_accuracy": None}
        | dict.fromkeys(MODE_SCORES)
        | {VERDICT_SCORE: outcome if finished else None}
    )
    losses = {"d_loss_first": 1.5, "d_loss_last": 1.6 if finished else None, "g_loss_first": 0.4, "g_loss_last": 0.3}
    about = ABOUT | {"variant": variant, "seed": seed, "status": "finished" if finished else outcome, "classifier_sha256": "ab" * 32}
    groups = {"scores": scores, "spread": dict.fromkeys(SCORES, spread if finished else None), "real_reference": dict.fromkeys(SCORES, 0.5)}
    return about | {"losses": losses} | groups


def board_of(rows: list[dict[str, Any]], variants: Sequence[str], baseline: str) -> dict[str, Any]:
    """The leaderboard of these cells."""
    return {
        "cells": rows,
        "variants": aggregate(rows, list(variants), baseline, 0.95),
        "real_reference": rows[0]["real_reference"],
        "negative_controls": {name: dict.fromkeys(SCORES, 0.5) for name in ("mean image", "one digit", "uniform noise")},
        "score": VERDICT_SCORE,
        "baseline": baseline,
        "confidence": 0.95,
    }


def make_tree(folder: Path, outcomes: Mapping[str, Sequence[float | str]], images: Bytes, epochs: int) -> Tree:
    """A project whose every variant has these outcomes, one per seed, and these images as samples."""
    content = shrink(read_yaml(ROOT / "params.yaml"))
    content["gan"] |= {variant: content["gan"].get(variant, content["gan"]["asker"]) for variant in outcomes}
    content["run"] |= {"variants": list(outcomes), "seeds": SEEDS}
    content["compare"]["baseline"] = "answer"
    settings = Settings.model_validate(content)
    sheet = sample_sheet(images, "")
    write_png(folder / "reference/real_by_class.png", sheet[18::2, ::2])
    write_png(folder / "figure.png", sheet)
    sheets = np.stack([np.roll(images, epoch, axis=2) for epoch in range(epochs + 1)])
    rows = []
    for variant in outcomes:
        for seed in SEEDS:
            row = score_row(variant, seed, outcomes[variant][seed], 5.0)
            _make_cell(folder, row, sheets, settings.gan[variant].classes > 1)
            rows.append(row)
    return Tree(folder, board_of(rows, list(outcomes), "answer"), settings)


def _make_cell(folder: Path, row: dict[str, Any], sheets: Bytes, conditional: bool) -> None:
    variant, finished = row["variant"], row["status"] == "finished"
    cell = Cell(variant, row["seed"]).name
    gan, evaluation = folder / "gan" / cell, folder / "evaluation" / cell
    epochs = range(1, len(sheets))
    losses = [{"epoch": epoch, "d_loss": 1.0 / epoch, "g_loss": 0.7 * epoch if finished else None} for epoch in epochs]
    _write(gan / "history.json", history(variant=variant, seed=row["seed"], status=row["status"], epochs=losses))
    measured = [{"epoch": epoch, "real_fake_auc": 0.7, "generator_gradient": 2.0 / epoch, "nearest_neighbour_ratio": 0.9} for epoch in epochs]
    _write(gan / "evidence.json", {"before": {}, "epochs": measured})
    np.save(gan / "samples.npy", sheets)
    shutil.copy(folder / "figure.png", gan / "figure.png")
    findings = diagnose(EVIDENCE[variant], variant) if variant in EVIDENCE else []
    _write(folder / "diagnosis" / f"{cell}.json", {"findings": [finding.row() for finding in findings]})
    curve = {"classifier_score": 3.0, "effective_classes": 4.0, "class_consistency": 0.9 if conditional else None}
    _write(evaluation / "curves.json", {"samples": 100, "epochs": [{"epoch": epoch, **curve} for epoch in range(len(sheets))]})
    requested = "3" if conditional else "any"
    (evaluation / "confusion.csv").write_text("requested,predicted\n" + (f"{requested},3\n" * 9 + f"{requested},8\n" if finished else ""))
    shutil.copy(folder / "reference/real_by_class.png", evaluation / "by_class.png")
    write_png(evaluation / "nearest.png", np.zeros((56, 336), np.uint8))
    _write(evaluation / "scores.json", row)


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
