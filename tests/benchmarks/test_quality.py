"""The Fréchet distance against seconds: peers train when asked, what was measured is kept, and the page says what came out."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.quality import __main__ as quality
from benchmarks.quality import turns
from benchmarks.quality.curves import curves
from benchmarks.quality.page import quality_page
from benchmarks.quality.picture import draw
from pipeline.data.digits import Digits, save_digits
from pipeline.files.errors import PipelineError
from pipeline.files.json_file import read_json
from tests.conftest import ROOT

TENSORFLOW_PEERS = ("keras_guide", "keras_conditional", "tensorflow_dcgan")


def point(name: str, seed: int, seconds: float, distance: float, **more: int) -> dict[str, Any]:
    return {"name": name, "seed": seed, "point": {"seconds": seconds, "images": 64, "frechet_distance": distance} | more}


POINTS = [
    *(point("modern", seed, 20.0 + seed, 6.0 + seed, epochs=1) for seed in (0, 1)),
    *(point("modern", seed, 90.0 + seed, 2.0 + seed, epochs=5) for seed in (0, 1)),
    point("Keras' guide", 0, 60.0, 40.0),
    point("Keras' guide", 0, 600.0, 7.0),
    point("PyTorch's DCGAN", 0, 600.0, 50.0),
]
RESULTS = {"real": 2.0, "points": POINTS}


def test_the_page_has_seconds_until_a_distance_and_the_best_of_the_others() -> None:
    text = quality_page(RESULTS)
    assert "| modern | 20 s | 90 s | 90 s | 90 s | 90 s | 2.50 |" in text
    assert "| Keras' guide | 600 s |  |  |  |  | 7.00 |" in text
    assert "| PyTorch's DCGAN |  |  |  |  |  | 50.00 |" in text
    assert "The best of the others, Keras' guide, has 7.00 after 600 s; `modern` reaches it after 20 s, 29.3 times sooner." in text


def test_a_point_is_the_mean_over_seeds_of_trainings_of_one_length(tmp_path: Path) -> None:
    found = curves(RESULTS)
    assert [(each.seconds, each.mean, each.lowest, each.highest) for each in found["modern"]] == [(20.5, 6.5, 6.0, 7.0), (90.5, 2.5, 2.0, 3.0)]
    for name in ("a", "b"):
        draw(tmp_path / f"{name}.png", RESULTS)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_what_was_measured_is_not_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def of_ours(epochs: int, seed: int) -> dict[str, Any]:
        asked.append((epochs, seed))
        if len(asked) == 3:
            raise KeyboardInterrupt
        return POINTS[0]["point"] | {"epochs": epochs}

    def of_peer(command: list[str]) -> list[dict[str, Any]]:
        asked.append(command)
        return [POINTS[4]["point"]]

    for name, value in {"RESULTS": tmp_path / "quality.json", "EPOCHS": (1, 5), "SEEDS": (0, 1), "PEERS": {"a": ["a"]}}.items():
        monkeypatch.setattr(quality, name, value)
    monkeypatch.setattr(quality, "of_ours", of_ours)
    monkeypatch.setattr(quality, "of_peer", of_peer)
    with pytest.raises(KeyboardInterrupt):
        quality.measure({"points": []})
    kept = read_json(tmp_path / "quality.json")
    assert len(kept["points"]) == 2
    quality.measure(kept)
    assert asked == [(1, 0), (1, 1), (5, 0), (5, 0), (5, 1), ["a"]]
    quality.measure(read_json(tmp_path / "quality.json"))
    assert len(asked) == 6


@pytest.mark.parametrize("peer", [TENSORFLOW_PEERS[0], *(pytest.param(name, marks=pytest.mark.slow) for name in TENSORFLOW_PEERS[1:])])
def test_a_peer_trains_for_so_long_and_draws_images(digits: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, peer: str) -> None:
    many = Digits("mnist", np.tile(digits.images, (7, 1, 1)), np.tile(digits.labels, 7))  # 280: more than the largest batch
    (tmp_path / turns.TRAIN).parent.mkdir(parents=True)
    save_digits(tmp_path / turns.TRAIN, many)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    asked = f"train 0.01\nsamples {tmp_path / 'samples.npy'}\n"
    command = [sys.executable, "-m", f"benchmarks.quality.{peer}"]
    ended = subprocess.run(command, cwd=tmp_path, input=asked, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    (trained, drawn) = (line.split() for line in ended.stdout.splitlines())
    assert trained == drawn
    assert float(trained[0]) >= 0.01
    assert int(trained[1]) in (64, 256)  # one batch: its first step takes longer
    images = np.load(tmp_path / "samples.npy")
    assert (images.shape, images.dtype.str) == ((turns.SAMPLES, 28, 28), "|u1")
    assert images.std() > 0


def test_a_peer_that_ends_is_said(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="expected seconds and images, received the end of the process"):
        list(quality.of_peer([sys.executable, "-c", "input()"]))
