"""Promotion in a real store: versions, the alias, the tags that say why, and who is refused."""

from functools import partial
from pathlib import Path

import pytest

from pipeline.files.cells import Cell
from pipeline.files.errors import DataError, PipelineError
from pipeline.serving.promote import named_cell, promote, run
from pipeline.serving.registry import CHAMPION, MODEL, champion, one_line_store_errors
from pipeline.serving.seeds import entrant
from pipeline.settings.params import Settings
from pipeline.tracking import cells
from pipeline.tracking.run import EVALUATION
from pipeline.tracking.store import GANS
from tests.serving.conftest import Lab, log_model
from tests.tracking.conftest import runs

ASKER, MODERN = Cell("asker", 0), Cell("modern", 0)


def versions(lab: Lab) -> int:
    return len(lab.client.search_model_versions(f"name = '{MODEL}'"))


FIRST = "is the champion now: there was none before, so it was compared with no other"


def only_run(lab: Lab) -> str:
    found = lab.client.get_experiment_by_name(GANS)
    assert found is not None
    (recorded,) = lab.client.search_runs([found.experiment_id])
    return str(recorded.info.run_id)


def champion_cell(lab: Lab) -> str | None:
    found = champion(lab.client)
    return found.tags["cell"] if found else None


def test_the_first_champion_is_set_and_its_version_says_where_it_comes_from(lab: Lab) -> None:
    lab.recorded("modern-0", 3.0)
    assert champion(lab.client) is None
    assert promote(lab.settings, MODERN) == f"modern-0, version 1 of {MODEL}, {FIRST}"
    version = lab.client.get_model_version_by_alias(MODEL, CHAMPION)
    assert version.run_id == only_run(lab)
    assert version.tags == {"cell": "modern-0", "frechet_distance": "3.0", "promotion": FIRST}
    assert version.description == "The generator of modern-0, trained on digits: Fréchet distance 3.000."


def test_the_same_cell_twice_is_one_version(lab: Lab) -> None:
    lab.recorded("modern-0", 3.0)
    promote(lab.settings, MODERN)
    assert promote(lab.settings, MODERN) == f"modern-0 is the champion already: version 1 of {MODEL}"
    lab.recorded("asker-0", 900.0)
    assert "version 2 of" in promote(lab.settings, ASKER)
    assert "version 2 of" in promote(lab.settings, ASKER)
    assert versions(lab) == 2


def test_with_one_seed_it_is_registered_and_the_alias_stays(lab: Lab) -> None:
    lab.recorded("asker-0", 900.0)
    promote(lab.settings, ASKER)
    lab.recorded("modern-0", 3.0)
    said = promote(lab.settings, MODERN)
    assert "did not become the champion" in said
    assert "seeds were not compared" in said
    assert "modern has seed 0 and asker has seed 0" in said
    assert champion_cell(lab) == "asker-0"
    assert lab.client.get_model_version(MODEL, "2").tags["promotion"] in said


def test_the_alias_moves_to_what_is_better_over_the_seeds_and_not_back(lab: Lab) -> None:
    for seed, (modern, asker) in enumerate([(3.0, 900.0), (3.1, 904.0)]):
        lab.recorded(f"asker-{seed}", asker)
        lab.recorded(f"modern-{seed}", modern)
    promote(lab.settings, ASKER)
    assert "is the champion now: modern: better than the champion asker" in promote(lab.settings, MODERN)
    assert champion_cell(lab) == "modern-0"
    assert "did not become the champion: asker: worse than the champion modern" in promote(lab.settings, ASKER)
    assert "it has the settings of the champion modern-0" in promote(lab.settings, Cell("modern", 1))
    assert champion_cell(lab) == "modern-0"


def test_scores_of_another_classifier_are_not_compared(lab: Lab) -> None:
    lab.recorded("asker-0", 900.0)
    promote(lab.settings, ASKER)
    lab.recorded("modern-0", 3.0, classifier_sha256="b" * 64)
    said = promote(lab.settings, MODERN)
    assert "cannot be compared with those of the champion asker-0: classifier_sha256 is bbbbbbbbbbbb, there aaaaaaaaaaaa" in said
    assert champion_cell(lab) == "asker-0"


def test_seeds_of_another_measure_are_left_out_and_older_ones_that_fit_are_not(lab: Lab) -> None:
    for seed in (0, 1):
        lab.recorded(f"modern-{seed}", 3.0 + seed / 10)
    lab.recorded("modern-2", 3.3, split="validation")
    lab.recorded("modern-1", 3.2, split="validation")  # newer than the one on the test split
    challenger = entrant(lab.client, next(run for run in runs(lab.client, GANS) if run.info.run_name == "modern-0"))
    assert [(row["seed"], row["split"], row["scores"]["frechet_distance"]) for row in challenger.seeds] == [(0, "test", 3.0), (1, "test", 3.1)]


def test_a_champion_whose_scores_are_gone_stays_until_its_alias_is_removed(lab: Lab) -> None:
    lab.recorded("asker-0", 900.0)
    promote(lab.settings, ASKER)
    lab.client.delete_tag(only_run(lab), EVALUATION)
    lab.recorded("modern-0", 3.0)
    assert "the champion, version 1, has no scores in the store any more; remove its alias in the UI" in promote(lab.settings, MODERN)
    assert champion_cell(lab) == "asker-0"
    lab.client.delete_registered_model_alias(MODEL, CHAMPION)
    assert FIRST in promote(lab.settings, MODERN)


UNFINISHED = "modern-0: expected a training that finished, received"


@pytest.mark.parametrize(
    ("distance", "status", "sentence"),
    [
        (
            None,
            "diverged",
            f"{UNFINISHED} one that diverged; nothing was registered, `make doctor` says what is wrong",
        ),
        (
            None,
            "stopped",
            f"{UNFINISHED} one that the doctor stopped; nothing was registered, `make doctor` says what is wrong",
        ),
        (None, "finished", "modern-0: expected a Fréchet distance, received none; nothing was registered, choose another cell"),
    ],
)
def test_a_cell_without_scores_is_refused(lab: Lab, distance: float | None, status: str, sentence: str) -> None:
    lab.recorded("modern-0", distance, status=status)
    with pytest.raises(PipelineError) as refused:
        promote(lab.settings, MODERN)
    assert str(refused.value) == sentence
    assert versions(lab) == 0


def test_a_cell_without_files_or_run_is_refused(lab: Lab) -> None:
    with pytest.raises(DataError, match=r"artifacts/gan/modern-0/history.json: expected a JSON file, found none; `dvc repro` makes it"):
        promote(lab.settings, MODERN)
    lab.cell("modern-0", 3.0)
    Path("artifacts/evaluation/modern-0/curves.json").rename("elsewhere.json")
    with pytest.raises(DataError, match=r"artifacts/evaluation/modern-0/curves.json: expected a file, found none; run `dvc repro`"):
        promote(lab.settings, MODERN)
    lab.cell("modern-0", 3.0)
    with pytest.raises(DataError, match=r"expected its run in MLflow's store, found none .*; `python -m pipeline.tracking` records it"):
        promote(lab.settings, MODERN)


def test_an_experiment_is_never_promoted_until_it_is_the_projects(lab: Lab) -> None:
    lab.experiments("brave-otter", "modern-0", 3.0)
    with pytest.raises(PipelineError, match="received one of the experiment brave-otter, which is never promoted; to keep it"):
        promote(lab.settings, MODERN)
    assert versions(lab) == 0
    lab.client.delete_run(only_run(lab))  # what the message says to do
    lab.recorded("modern-0", 3.0)
    assert "is the champion now" in promote(lab.settings, MODERN)


def test_a_result_that_an_experiment_came_to_as_well_stays_the_projects(lab: Lab) -> None:
    lab.recorded("modern-0", 3.0)
    lab.client.set_tag(only_run(lab), "dvc.experiment", "brave-otter")
    assert FIRST in promote(lab.settings, MODERN)


def test_seeds_of_experiments_do_not_count(lab: Lab) -> None:
    for seed in (0, 1):
        lab.recorded(f"asker-{seed}", 900.0 + seed)
    promote(lab.settings, ASKER)
    lab.recorded("modern-0", 3.0)
    lab.experiments("brave-otter", "modern-1", 3.1)
    assert "modern has seed 0 and asker has seeds 0, 1" in promote(lab.settings, MODERN)
    assert champion_cell(lab) == "asker-0"


def test_a_generator_that_answers_no_requests_is_refused(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "log_generator", partial(log_model, model_type="older"))
    lab.recorded("modern-0", 3.0)
    with pytest.raises(PipelineError, match=r"modern-0: expected a logged generator that answers requests, .* delete its run in the UI"):
        promote(lab.settings, MODERN)


@pytest.mark.parametrize("name", ["modern", "modern-x", "moden-0", "modern-²", ""])
def test_a_wrong_name_is_refused(settings: Settings, name: str) -> None:
    with pytest.raises(PipelineError, match=f"promote: expected a cell, VARIANT-SEED, received {name}"):
        named_cell(settings, name)
    assert named_cell(settings, "answer_tuned-12") == Cell("answer_tuned", 12)


def test_the_command_takes_one_cell() -> None:
    with pytest.raises(PipelineError, match=r"expected one cell such as modern-0 .*received none"):
        run([])


def test_what_the_store_cannot_do_is_one_line(lab: Lab) -> None:
    with pytest.raises(PipelineError, match=r"MLflow's store: .*nothing") as refused, one_line_store_errors():
        lab.client.get_registered_model("nothing")
    assert "\n" not in str(refused.value)
