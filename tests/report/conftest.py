"""A small tree of the shapes that the report reads, and the page made of it."""

import json
import shutil
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.doctor.diagnosis.diagnose import judge
from pipeline.files.cells import cell_name, sheet_path
from pipeline.metrics.score_names import SCORES
from pipeline.pictures.png import write_png
from pipeline.pictures.sheets import sample_sheet
from pipeline.report.outputs import Outputs
from pipeline.report.page import write_report
from pipeline.settings.params import Settings, read_yaml
from tests.conftest import ROOT, shrink

VARIANTS = {"answer": "baseline", "asker": "worse", "modern": "cannot tell", "lsgan": "no verdict", "dcgan": "better"}
SEEDS = [0, 1]
DIVERGED = ("lsgan-0", "lsgan-1", "asker-1")


@dataclass
class Tree:
    """Folders and settings as the stage that writes the report has them."""

    folder: Path
    leaderboard: dict[str, Any]
    settings: Settings

    def write(self, name: str = "report.html") -> str:
        outputs = Outputs(*(self.folder / name for name in ("gan", "evaluation", "diagnosis", "reference")))
        write_report(self.folder / name, self.leaderboard, self.settings, outputs)
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Made once, for pictures take their time."""
    saturated = np.random.default_rng(0).integers(0, 256, (100, 28, 28)) // 200 * 255
    return make_tree(tmp_path_factory.mktemp("report"), VARIANTS, saturated.astype(np.uint8), 12)


@pytest.fixture(scope="session")
def written(made: Tree) -> str:
    """The page of the tree as it is."""
    return made.write()


@pytest.fixture
def tree(made: Tree) -> Tree:
    """The tree with a leaderboard that a test may change."""
    return replace(made, leaderboard=deepcopy(made.leaderboard))


COLLAPSED = {"scores": {"effective_classes": 4.3, "effective_classes_real": 9.98}}
EVIDENCE = {"answer": COLLAPSED, "asker": COLLAPSED | {"before": {"optimizers": {"generator": {"learning_rate": 1.0, "beta_1": 0.5}}}}}


def make_tree(folder: Path, verdicts: dict[str, str], images: np.ndarray, epochs: int) -> Tree:
    content = shrink(read_yaml(ROOT / "params.yaml"))
    content["gan"] |= {variant: content["gan"].get(variant, content["gan"]["asker"]) for variant in verdicts}
    content["run"] |= {"variants": list(verdicts), "seeds": SEEDS}
    settings = Settings.model_validate(content)
    for epoch in range(epochs + 1):
        write_png(folder / "drawn" / sheet_path(epoch), sample_sheet(np.roll(images, epoch, axis=2), f"epoch {epoch}"))
    write_png(folder / "reference/real_by_class.png", sample_sheet(images, "")[18::2, ::2])
    cells = [_make_cell(folder, variant, seed, settings, epochs) for variant in verdicts for seed in SEEDS]
    variants = [_row(variant, verdict) for variant, verdict in verdicts.items()]
    anchors = [{"name": name} | dict.fromkeys(SCORES, 0.5) for name in ("real digits", "uniform noise", "mean image", "one digit")]
    about = {"baseline": "answer", "score": "frechet_distance", "confidence": 0.95}
    return Tree(folder, about | {"cells": cells, "variants": variants, "anchors": anchors}, settings)


def _row(variant: str, verdict: str) -> dict[str, Any]:
    distance = {"answer": 540.0, "asker": 4911.0, "modern": 2.5, "lsgan": None}.get(variant, 57.0)
    spread = [None if distance is None else distance * factor for factor in (1, 0.1, 0.9, 1.1)]
    scores = {name: dict(zip(("mean", "sd", "low", "high"), spread, strict=True)) for name in SCORES if name != "sample_trained_accuracy"}
    tested = {"p": 0.02 if verdict in ("better", "cannot tell") else None, "seeds_that_could_tell": 9 if verdict == "cannot tell" else None}
    diverged = sum(cell_name(variant, seed) in DIVERGED for seed in SEEDS)
    return {"variant": variant, "seeds": len(SEEDS), "diverged": diverged, "scores": scores, "verdict": verdict} | tested


def _make_cell(folder: Path, variant: str, seed: int, settings: Settings, epochs: int) -> dict[str, Any]:
    cell = cell_name(variant, seed)
    gan, evaluation, diverged = folder / "gan" / cell, folder / "evaluation" / cell, cell in DIVERGED
    shutil.copytree(folder / "drawn", gan)
    shutil.copy(gan / sheet_path(0), gan / "figure.png")
    losses = [{"epoch": epoch, "d_loss": 1.0 / epoch, "g_loss": None if diverged else 0.7 * epoch} for epoch in range(1, epochs + 1)]
    _write(gan / "history.json", {"data_set": "mnist", "variant": variant, "seed": seed, "epochs": losses})
    watched = [{"epoch": epoch, "separation": 0.7, "generator_gradient": 2.0 / epoch, "crowding": 0.9} for epoch in range(1, epochs + 1)]
    _write(gan / "evidence.json", {"before": {}, "epochs": watched})
    found = judge(EVIDENCE[variant], variant) if variant in EVIDENCE else []
    _write(folder / "diagnosis" / f"{cell}.json", {"findings": [finding._asdict() for finding in found]})
    consistency = 0.9 if settings.gan[variant].classes > 1 else None
    curve = {"classifier_score": 3.0, "effective_classes": 4.0, "class_consistency": consistency}
    _write(evaluation / "curves.json", {"samples": 100, "epochs": [{"epoch": epoch, **curve} for epoch in range(epochs + 1)]})
    asked = "any" if consistency is None else "3"
    (evaluation / "confusion.csv").write_text("asked,read\n" + ("" if diverged else f"{asked},3\n" * 9 + f"{asked},8\n"))
    shutil.copy(folder / "reference/real_by_class.png", evaluation / "by_class.png")
    write_png(evaluation / "nearest.png", np.zeros((56, 336), np.uint8))
    scores = {f"{name}{end}": None if diverged else 0.5 for name in SCORES for end in ("", "_sd", "_real")}
    losses_told = {"d_loss_first": 1.5, "d_loss_last": None if diverged else 1.6, "g_loss_first": 0.4, "g_loss_last": 0.3}
    about = {"data_set": "mnist", "split": "test", "samples": 10000, "feature_layer": "features", "classifier_accuracy": 0.995}
    key = {"key": f"{seed:064x}", "classifier_sha256": "ab" * 32}
    metrics = {"variant": variant, "seed": seed, "status": "diverged" if diverged else "finished", **scores, **losses_told, **about, **key}
    _write(evaluation / "metrics.json", metrics)
    return metrics


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
