"""docs/how-to/my-gan-does-not-converge.md: what it runs ends with a report on a small GAN, and its statuses and lines are the real ones."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.doctor.run import NO_STEP
from pipeline.doctor.running.options import STATUSES
from tests.conftest import ROOT
from tests.docs.pages import blocks

PAGE = "docs/how-to/my-gan-does-not-converge.md"
# What a reader has: a GAN in the style of Keras' guide, its batches, and a loop.
GIVEN = """
import sys
import keras
import numpy as np
from benchmarks.diagnosis.home.guide_gan import GuideGAN, make_discriminator, make_generator

gan = GuideGAN(make_generator(), make_discriminator())
gan.compile(keras.optimizers.Adam(0.0003), keras.optimizers.Adam(0.0003), keras.losses.BinaryCrossentropy(from_logits=True))
images = np.random.default_rng(0).uniform(0, 255, (96, 28, 28, 1)).astype("float32")
batches = [images[:48], images[48:]]
train_step = gan.train_step


def train(epochs):
    for _ in range(epochs):
        for batch in batches:
            train_step(batch)
"""
TRAINS = "train(epochs=2)\n"
PYTHON = [block.content for block in blocks(PAGE) if block.language == "python"]
FIRST_CELL, LAST_CELL, *OTHERS = PYTHON


def run(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "script", [FIRST_CELL + GIVEN + TRAINS + LAST_CELL, *(GIVEN + block for block in OTHERS)], ids=["notebook", "loop", "steps", "fit"]
)
def test_what_the_page_writes_into_python_ends_with_a_report(script: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(script)
    ended = run(tmp_path, "train.py")
    assert ended.returncode == 0, ended.stderr
    assert "range mismatch" in ended.stdout


@pytest.mark.slow
def test_the_command_of_the_page_ends_with_a_report(tmp_path: Path) -> None:
    (command,) = re.findall(r"^gan-doctor (run .*)$", "\n".join(block.content for block in blocks(PAGE) if block.language == "sh"), re.MULTILINE)
    (tmp_path / "train.py").write_text(f"{GIVEN}assert sys.argv[1] == '--epochs'\ntrain(int(sys.argv[2]))\n")
    ended = run(tmp_path, "-m", "pipeline.doctor", *command.split())
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "range mismatch" in ended.stderr


def test_lines_and_statuses_of_the_page_are_those_of_the_command(tmp_path: Path) -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert f"`{NO_STEP}; train.py ended`" in text
    ended = run(tmp_path, "-m", "pipeline.doctor", "run", "train.py")
    shown = ended.stderr.removeprefix("gan-doctor: no diagnosis: ").strip()
    assert shown != ended.stderr.strip()
    assert f"`{shown}`" in text
    for status in re.findall(r"^  (\d+)  ", STATUSES, re.MULTILINE):
        assert re.search(rf"^\| {status} \|", text, re.MULTILINE)
