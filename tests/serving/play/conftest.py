"""Artifacts as a finished run leaves them, with untrained networks in the shapes of params.yaml."""

import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
import yaml

from pipeline.classifier.network import build_classifier
from pipeline.data.digits import Digits, save_digits
from pipeline.files.artifacts import file_hash, write_json
from pipeline.gan.networks.build import build_discriminator, build_generator
from pipeline.settings.params import load_settings
from tests import written
from tests.conftest import ROOT

DISTANCES = {"answer-0": 540.5, "asker-0": None, "modern-0": 2.7}  # asker was not compared
WIDTH = 4  # of the classifier


@pytest.fixture(scope="session")
def made_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with dvc.lock and artifacts/: an unconditional GAN of each kind of latent, and a conditional one with batch statistics."""
    folder = tmp_path_factory.mktemp("play")
    artifacts, random = folder / "artifacts", np.random.default_rng(0)
    images = random.integers(0, 256, (200, 28, 28), np.uint8)
    save_digits(artifacts / "data/validation.npz", Digits("mnist", images, (np.arange(200) % 10).astype(np.uint8)))
    (artifacts / "classifier").mkdir()
    classifier = build_classifier(WIDTH)
    _make_decided(classifier)
    classifier.save_weights(artifacts / "classifier/classifier.weights.h5")
    variants = load_settings(ROOT / "params.yaml").gan
    for name in DISTANCES:
        variant, gan = variants[name.removesuffix("-0")], artifacts / "gan" / name
        write_json(gan / "history.json", written.history(variant=name.removesuffix("-0")))
        for network, file in ((build_generator(variant), "generator"), (build_discriminator(variant), "discriminator")):
            for layer in network.layers:
                if layer.name.endswith("_norm"):  # as after training, when it is no identity
                    layer.set_weights([random.uniform(0.5, 2, weight.shape) for weight in layer.get_weights()])
            if variant.initializer == "glorot":
                _make_decided(network)
            network.save_weights(gan / f"{file}.weights.h5")
    scored = {name: {"frechet_distance": score} for name, score in DISTANCES.items() if score}
    rows = [written.scores(variant=name.removesuffix("-0"), scores=scores) for name, scores in scored.items()]
    write_json(artifacts / "leaderboard.json", written.leaderboard(rows, []))
    write_lock(folder)
    return folder


def _make_decided(network: keras.Model) -> None:
    """Enlarge the kernels of an untrained network, whose outputs are nearly the same for all inputs."""
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dense | keras.layers.Conv2D | keras.layers.Conv2DTranspose):
            layer.kernel.assign(2 * layer.kernel)


@pytest.fixture
def project(made_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy that a test may change, as the working folder."""
    shutil.copytree(made_project, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    return Path("artifacts")


def write_lock(folder: Path) -> None:
    """Record every output and its settings as DVC does."""
    variants, stages = load_settings(ROOT / "params.yaml").gan, {}
    for gan in sorted((folder / "artifacts/gan").iterdir()):
        variant = gan.name.removesuffix("-0")
        stages[f"train@{gan.name}"] = _entry(folder, gan / "generator.weights.h5", {f"gan.{variant}": variants[variant].model_dump()})
    stages["classifier"] = _entry(folder, folder / "artifacts/classifier/classifier.weights.h5", {"classifier": {"width": WIDTH}})
    (folder / "dvc.lock").write_text(yaml.safe_dump({"stages": stages}))


def _entry(folder: Path, output: Path, settings: dict[str, object]) -> dict[str, object]:
    outs = [{"path": output.relative_to(folder).as_posix(), "md5": file_hash(output, "md5"), "size": output.stat().st_size}]
    return {"outs": outs, "params": {"params.yaml": settings}}
