"""What a repair leaves in its folder, whatever its end was."""

from pathlib import Path

import numpy as np
import pytest
from playwright import sync_api

from pipeline.files.json_file import read_json
from pipeline.pictures.png import write_png
from pipeline.repair.outcome import PAGE, PATH, SECTION, summary, write_outcome
from pipeline.repair.path import Repair
from pipeline.repair.trials import Result
from pipeline.report.repair import RepairPath
from pipeline.settings.params import Settings
from tests.browser import NEEDS_CHROMIUM
from tests.repair.made_up import MadeUp, found, repaired


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With the picture of a trial."""
    write_png(tmp_path / "samples.png", np.zeros((56, 56), np.uint8))
    return tmp_path


def outcome(folder: Path, repair: Repair) -> str:
    """The page of a repair whose trials all have the folder's picture."""
    for step in repair.steps:
        for value in step.values:
            value.results[:] = [result._replace(folder=folder) for result in value.results]
        step.before[:] = [result._replace(folder=folder) for result in step.before]
    repair.current = [result._replace(folder=folder) for result in repair.current]
    repair.whole = [result._replace(folder=folder) for result in repair.whole]
    write_outcome(folder / "repair", repair)
    return (folder / "repair" / PAGE).read_text(encoding="utf-8")


def test_a_healthy_variant_has_a_page_and_no_section(settings: Settings, folder: Path) -> None:
    repair = repaired(settings, MadeUp(lambda _: (3.0, [])))
    assert "Nothing to repair: the doctor finds no error and no warning." in outcome(folder, repair)
    assert sorted(path.name for path in (folder / "repair").iterdir()) == [PAGE, PATH]
    assert summary(repair) == "answer: nothing to repair, nothing changed"


def test_a_variant_that_no_fix_helps_is_not_called_healthy(settings: Settings, folder: Path) -> None:
    repair = repaired(settings, MadeUp(lambda _: (500.0, ["discriminator_wins"])))
    page = outcome(folder, repair)
    assert "Nothing was changed: no fix is left to try." in page
    assert "Errors and warnings after the last training: discriminator wins." in page
    assert "put back" in page
    assert summary(repair) == "answer: nothing changed (no fix is left to try); found: discriminator wins"


def test_a_section_that_is_no_longer_true_is_removed(settings: Settings, folder: Path) -> None:
    outcome(folder, repaired(settings, MadeUp(lambda variant: (500.0 / (1 + variant.r1_gamma), [] if variant.r1_gamma else ["discriminator_wins"]))))
    assert "r1_gamma: 1.0  # discriminator wins" in (folder / "repair" / SECTION).read_text(encoding="utf-8")
    outcome(folder, repaired(settings, MadeUp(lambda _: (3.0, []))))
    assert not (folder / "repair" / SECTION).exists()


def test_the_page_compares_whole_trainings_before_and_after(settings: Settings, folder: Path) -> None:
    page = outcome(
        folder, repaired(settings, MadeUp(lambda variant: (500.0 / (1 + variant.r1_gamma), [] if variant.r1_gamma else ["discriminator_wins"])))
    )
    assert "Fréchet distance of the repaired variant: 250.0 (before: 500.0; real digits: —)" in " ".join(page.split())
    path = read_json(folder / "repair" / PATH, RepairPath)
    assert [path[name]["scores"]["frechet_distance"] for name in ("whole_before", "whole")] == [500.0, 250.0]


def test_a_variant_with_certain_faults_is_not_trained_as_it_is(settings: Settings, folder: Path) -> None:
    faulty = MadeUp(lambda _: (3.0, []), lambda variant: ["no_nonlinearity"] if variant.hidden_activation == "linear" else [])
    outcome(folder, repaired(settings, faulty, "asker"))
    assert read_json(folder / "repair" / PATH, RepairPath)["whole_before"] is None


def test_a_last_training_that_diverges_has_a_page(settings: Settings, folder: Path) -> None:
    repair = repaired(settings, MadeUp(lambda variant: (5.0, [] if variant.r1_gamma else ["discriminator_wins"])))
    repair.whole = [Result([found("not_finite")], {}, {}, folder)]
    page = outcome(folder, repair)
    assert "Fréchet distance of the repaired variant: —" in page
    assert "Errors and warnings after the last training: not finite." in page


@pytest.mark.slow
@NEEDS_CHROMIUM
def test_a_fix_of_many_settings_leaves_room_for_its_distances(settings: Settings, folder: Path, browser: sync_api.Browser) -> None:
    repair = repaired(settings, MadeUp(lambda _: (500.0, ["unlike_real_digits"])))
    assert max(len(value.changes) for step in repair.steps for value in step.values) >= 6
    outcome(folder, repair)
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((folder / "repair" / PAGE).as_uri())
    assert page.locator(".bar").count() > 0
    assert page.locator(".scroll").evaluate_all("boxes => boxes.map((box) => box.scrollWidth - box.clientWidth)") == [0] * len(repair.steps)
    page.close()
