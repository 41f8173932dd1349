"""params.yaml: strict, and every refusal names key, expectation, what came and the nearest known key."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipeline.data.datasets import DATA_SETS
from pipeline.files.errors import SettingsError
from pipeline.settings.params import Settings, load_settings
from tests.conftest import ROOT


def write_changed(tmp_path: Path, key: str, value: object) -> Path:
    content = yaml.safe_load((ROOT / "params.yaml").read_text())
    *sections, last = key.split(".")
    section = content
    for name in sections:
        section = section[name]
    if value is ...:
        del section[last]
    else:
        section[last] = value
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def test_the_projects_own_file_is_accepted() -> None:
    assert isinstance(load_settings(ROOT / "params.yaml"), Settings)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("gan.asker.latent_siz", 5, "gan.asker.latent_siz: expected a known key, received an unknown one; the nearest known is latent_size"),
        ("evalute", {}, "evalute: expected a known key, received an unknown one; the nearest known is evaluate"),
        ("gan.My GAN", {}, "gan.My GAN: expected a name of small letters, digits and _, received 'My GAN'"),
        ("train.epoch_image", 5, "train.epoch_image: .* the nearest known is epoch_images"),
        ("run.threads", ..., "run.threads: expected a value, the key is missing"),
        ("gan.modern.depth", ..., "gan.modern.depth: expected a value, the key is missing"),
        ("run.strategy", "all", "run.strategy: expected 'single' or 'mirrored', received 'all'"),
        ("run.threads", "2", "run.threads: expected a valid integer, received '2'"),
        ("gan.asker.share_discriminator", "no", "gan.asker.share_discriminator: expected a valid boolean, received 'no'"),
        ("gan.asker.depth", 0, "gan.asker.depth: expected greater than or equal to 1, received 0"),
        ("gan.asker.adam_beta_1", 1.0, "gan.asker.adam_beta_1: expected less than 1, received 1.0"),
        ("gan.asker.generator_learning_rate", float("inf"), "gan.asker.generator_learning_rate: expected a finite number, received inf"),
        ("gan.asker.objective", "wasserstien", "gan.asker.objective: expected 'non_saturating', .* or 'relativistic', received 'wasserstien'"),
        (
            "download.source",
            "fashon_mnist",
            rf"download.source: expected a data set of pipeline/data/datasets.py \({', '.join(DATA_SETS)}\), "
            "received 'fashon_mnist'; the nearest known is fashion_mnist",
        ),
        ("download.source", 3, "download.source: expected a valid string, received 3"),
        ("download.mirrors", ["/data"], "download.mirrors: expected a known key, received an unknown one"),
        ("run.seeds.0", ..., "run.seeds: .*at least 1 item"),
        ("run.variants", ["askr"], "run.variants.0: expected a section under gan:, received 'askr'; the nearest known is asker"),
        ("compare.baseline", "answr", "compare.baseline: expected a section under gan:, received 'answr'; the nearest known is answer"),
        ("compare.confidence", 95, "compare.confidence: expected less than 1, received 95"),
        ("evaluate.subsets", 1, "evaluate.subsets: expected greater than or equal to 2, received 1"),
        ("run.seeds", [1, 1], r"run.seeds: expected each entry once, received \[1, 1\]"),
        ("gan.asker.training_images", 60000, r"gan.asker.training_images: expected a multiple .* received 60000; the nearest is 54912"),
        ("gan.asker.batch_size", 60000, r"gan.asker.batch_size: expected at most train.epoch_images \(54912\) in one step, received 60000"),
        ("gan.wgan_gp.batch_size", 11000, "gan.wgan_gp.batch_size: .* received 11000 x critic_steps 5"),
        ("gan.dcgan.network", "unet", "gan.dcgan.network: expected 'mlp', 'dcgan' or 'resnet', received 'unet'"),
        ("gan.dcgan.dropout", 0.5, "gan.dcgan.dropout: expected a known key"),
        ("gan.dcgan.r3_gamma", 0.5, "gan.dcgan.r3_gamma: expected a known key, .* the nearest known is r[12]_gamma"),
        ("gan.modern.classes", 0, "gan.modern.classes: expected 1 or 10, received 0"),
        ("gan.modern.digits_per_image", 2, "gan.modern.digits_per_image: expected 1 or 3, received 2"),
        ("gan.modern.digits_per_image", 3, "gan.modern.classes: expected 1 together with digits_per_image: 3, received 10;"),
        ("gan.wgan_gp.critic_steps", 0, "gan.wgan_gp.critic_steps: expected greater than or equal to 1, received 0"),
        ("gan.dcgan.r1_gamma", 0.1, "gan.dcgan.r1_gamma: expected 0 together with discriminator_normalization: batch, received 0.1;"),
        ("gan.dcgan.r2_gamma", 0.1, "gan.dcgan.r2_gamma: expected 0 together with discriminator_normalization: batch, received 0.1;"),
        ("gan.dcgan.gradient_penalty", 10.0, "gan.dcgan.gradient_penalty: expected 0 together with .*: batch, received 10.0;"),
        ("gan.hinge_sn.weight_clip", 0.01, "gan.hinge_sn.weight_clip: expected 0 together with spectral_normalization: true, received 0.01;"),
        ("gan.asker.r2_gamma", 0.1, "gan.asker.r2_gamma: expected 0 together with share_discriminator: false, received 0.1;"),
        ("gan.lsgan.precision", "float16", "gan.lsgan.precision: expected 'float32' or 'mixed_bfloat16', received 'float16'"),
    ],
)
def test_a_wrong_key_or_value_is_named(tmp_path: Path, key: str, value: object, message: str) -> None:
    if key == "run.seeds.0":
        key, value = "run.seeds", []
    path = write_changed(tmp_path, key, value)
    with pytest.raises(SettingsError, match=f"^{path}: {message}") as raised:
        load_settings(path)
    assert "\n" not in str(raised.value)


def test_a_misspelt_key_is_named_rather_than_the_one_that_it_leaves_missing(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text((ROOT / "params.yaml").read_text().replace("  threads:", "  thread:", 1))
    with pytest.raises(SettingsError, match=r"run\.thread: expected a known key, received an unknown one; the nearest known is threads"):
        load_settings(path)


def test_every_data_set_of_the_registry_is_a_source(tmp_path: Path) -> None:
    for name in DATA_SETS:
        assert load_settings(write_changed(tmp_path, "download.source", name)).download.source == name


@pytest.mark.parametrize("written", ["1e-4", "1.e-4", "0.0001"])
def test_a_number_may_be_written_in_every_form(tmp_path: Path, written: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text((ROOT / "params.yaml").read_text().replace("generator_learning_rate: 0.001 ", f"generator_learning_rate: {written} ", 1))
    assert load_settings(path).gan["answer"].generator_learning_rate == 1e-4


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "received an empty file"), ("a: [1", "expected YAML"), ("- 1", "received list"), ("a: \t- b: c: d", "expected YAML")],
)
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(content)
    with pytest.raises(SettingsError, match=message) as raised:
        load_settings(path)
    assert "\n" not in str(raised.value)
    with pytest.raises(SettingsError, match="no such file"):
        load_settings(tmp_path / "none.yaml")


def test_the_command_ends_with_one_line_and_a_status(tmp_path: Path) -> None:
    write_changed(tmp_path, "run.threads", -1)
    command = [sys.executable, "-m", "pipeline.settings.params"]
    ended = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr == "error: params.yaml: run.threads: expected greater than or equal to 1, received -1\n"
