"""What a run says of itself: scores beside real digits, findings with fixes, differences, and the commands that make it again."""

from pathlib import Path

import mlflow
import pytest

from pipeline.files.artifacts import write_json
from pipeline.files.cells import Cell
from pipeline.settings.params import Settings
from pipeline.tracking.description import LONGEST, Folders, cell_description
from pipeline.tracking.sections import commands_section, differences_section
from tests.tracking.conftest import ASKER, Files
from tests.written import history, scores

COMMIT = {"mlflow.source.git.commit": "ab12", "git.dirty": "false"}
STAGES = "train@asker-0 evaluate@asker-0 diagnose@asker-0"


@pytest.fixture
def cell(client: mlflow.MlflowClient, files: Files) -> Folders:
    """A cell of a project with params.yaml."""
    return Folders(files.gan, files.evaluation, files.diagnosis)


def test_it_tells_all_that_is_known_of_a_cell(settings: Settings, cell: Folders) -> None:
    text = cell_description(settings, ASKER, cell, COMMIT | {"device": "CPU: a processor, 2 cores"})
    lines = text.splitlines()
    assert lines[0] == "**`asker`**, seed 0, on digits: the network of the question, with each of its defects."
    assert lines[2].startswith("Fréchet distance 4.000 (real images —), precision 0.8000 (real images 0.9400)")
    assert "Diagnosis: error: class collapse. [This cell on the report page](/report/#cell-asker-0)" in lines[2]
    assert "| precision ↑ | &emsp;0.8000 | &emsp;0.9400 |" in lines
    assert not [line for line in lines if line.startswith("| recall")]  # it has none
    assert "- **error: class collapse** (effective classes 1, real digits 9.98)." in text
    assert "*Fix:*" in text
    assert "| `share_discriminator` | &emsp;false | &emsp;true |" in lines
    assert "| `objective`" not in text  # as in the defaults
    assert "2 epochs: discriminator loss 2.000 → 3.000, generator loss — → —. On CPU: a processor, 2 cores." in lines
    assert f"git checkout ab12\ndvc repro {STAGES}\n" in text


def test_it_tells_no_more_than_is_known(settings: Settings, cell: Folders) -> None:
    text = cell_description(settings, ASKER, Folders(cell.gan), {})
    assert "Not evaluated yet." in text
    assert "iagnosis" not in text
    assert "git checkout" not in text
    assert "durations, device and system metrics are not known" in text
    write_json(cell.gan / "history.json", history(status="diverged"))
    text = cell_description(settings, ASKER, Folders(cell.gan), {})
    assert "Its training did not finish, its status is diverged." in text
    assert "3 epochs: " in text


def test_a_healthy_cell_and_one_without_samples(settings: Settings, cell: Folders, files: Files) -> None:
    files.write_diagnosis({})
    write_json(files.evaluation / "scores.json", scores())
    text = cell_description(settings, ASKER, cell, COMMIT)
    assert "Diagnosis: nothing found." in text
    assert "None: a training that did not finish has no samples." in text


HEADLINES = ("frechet_distance", "precision", "recall", "coverage", "classifier_score", "classes_covered", "class_consistency", "memorised_share")


def test_more_findings_than_fit_lose_their_reasons_and_the_commands_stay(settings: Settings, cell: Folders) -> None:
    finding = {"severity": "error", "evidence": {"share": 1.0}, "why": "w" * 200, "fix": "f" * 200, "reference": "r"}
    assert cell.diagnosis
    write_json(cell.diagnosis, {"findings": [finding | {"id": f"finding_{number}"} for number in range(30)]})
    text = cell_description(settings, ASKER, cell, COMMIT)
    assert len(text) <= LONGEST
    assert "**error: finding 29** (share 1)" in text
    assert "www" not in text
    assert "Reasons and fixes are on the report page." in text
    assert STAGES in text


@pytest.mark.parametrize(
    ("tags", "command", "warned"),
    [
        (COMMIT, f"git checkout ab12\ndvc repro {STAGES}\n", None),
        ({}, f"\ndvc repro {STAGES}\n", None),
        (
            COMMIT | {"git.changed": "params.yaml", "dvc.set_param": "-S gan.asker.batch_size=64"},
            f"git checkout ab12\ndvc exp run -S gan.asker.batch_size=64 {STAGES}\n",
            None,
        ),
        (COMMIT | {"git.changed": "params.yaml", "dvc.set_param": "none"}, f"ab12\ndvc repro {STAGES}\n", None),  # edited for another cell
        (COMMIT | {"git.changed": "params.yaml"}, f"dvc repro {STAGES}\n", "`params.yaml`."),  # a variant that the commit does not have
        (COMMIT | {"git.changed": "params.yaml pipeline/gan/base.py"}, f"dvc repro {STAGES}\n", "`pipeline/gan/base.py`."),
        (COMMIT | {"git.changed": " ".join(f"pipeline/gan/{n}.py" for n in range(10))}, f"dvc repro {STAGES}\n", "and 2 more."),
    ],
)
def test_commands_are_those_that_make_it_again_or_say_that_they_do_not(tags: dict[str, str], command: str, warned: str | None) -> None:
    text = commands_section(ASKER, tags)
    assert command in text
    assert ("do not make it again" in text) == (warned is not None)
    assert text.endswith(warned or "```")


def test_a_project_without_defaults_has_no_differences(client: mlflow.MlflowClient, settings: Settings) -> None:
    assert differences_section(settings, "defaults") == ["### What differs from `gan.defaults`\n\nNothing."]
    others = {name: section for name, section in settings.gan.items() if name != "defaults"}
    assert differences_section(settings.model_copy(update={"gan": others}), "asker") == []


def test_a_variant_without_a_comment_has_no_meaning(settings: Settings, cell: Folders) -> None:
    Path("params.yaml").unlink()
    Path("params.yaml").write_text("gan:\n  asker:\n    batch_size: 1  # images\n")
    assert cell_description(settings, Cell("asker", 0), cell, COMMIT).startswith("**`asker`**, seed 0, on digits.\n")
