"""The torture in short: a round or two of each part on a finished project; and the page is made of the results."""

import os
import signal
from pathlib import Path

import pytest
from filelock import FileLock

from benchmarks.torture import damages, fresh_stores, hostile_params, kills, owners, records, signals, store_faults
from benchmarks.torture.environments import ODD, WITH_UMASK
from benchmarks.torture.faulty_database import spoil
from benchmarks.torture.page import PAGE, PARTS, RESULTS, as_page, read_results, summary
from benchmarks.torture.processes import Process, alive, not_of_dvc, side_by_side, wait_until
from benchmarks.torture.projects import Announced, Undisturbed, announced, environment, make_undisturbed, outputs
from tests.conftest import ROOT

CELL = "asker-0"


@pytest.fixture
def undisturbed(finished_project: Path) -> Undisturbed:
    """The small project of other tests, as if it had been made for this; its copies begin with its store, runs and all."""
    return Undisturbed(finished_project, finished_project / "mlflow.db", CELL, {}, {}, {})


def started(project: Path, log: Path, undisturbed: Undisturbed, stage: str, **variables: str) -> Process:
    return Process(undisturbed.command(stage), project, environment(log, **variables), log / "printed")


def test_a_stage_killed_inside_a_move_leaves_what_the_next_run_completes(undisturbed: Undisturbed, tmp_path: Path) -> None:
    project = undisturbed.copy(tmp_path / "project", "preprocess")
    for move in (1, 4):
        ended = started(project, tmp_path / f"log-{move}", undisturbed, "preprocess", TORTURE_KILL=f"move:preprocess={move}:stage").end()
        assert ended.status == -signal.SIGKILL
        (run,) = announced(tmp_path / f"log-{move}")
        assert run.lines()[-1] == f"killed at move {move}"
    assert started(project, tmp_path / "log", undisturbed, "preprocess").end().status == 0
    own, right = outputs(project), outputs(undisturbed.finished)
    assert {name: own.get(name) for name in right if name.startswith("artifacts/data/")} == {
        name: digest for name, digest in right.items() if name.startswith("artifacts/data/")
    }
    assert not [name for name in own if ".partial" in name]


@pytest.mark.parametrize("name", signals.NAMES)
def test_a_signal_while_a_stage_imports_ends_it_with_one_line(undisturbed: Undisturbed, tmp_path: Path, name: str) -> None:
    process = started(undisturbed.finished, tmp_path, undisturbed, "diagnose")  # which writes nothing before it has imported everything
    assert wait_until(lambda: signals.handles_signals(process.popen.pid), 100)
    process.signal(getattr(signal, name), "stage", process.popen.pid)
    ended = process.end()
    assert ended.status == 128 + getattr(signal, name)
    (line,) = not_of_dvc(ended.errors)
    assert line.startswith("error: ")


def test_two_owners_of_a_cell_leave_its_files_whole(undisturbed: Undisturbed, tmp_path: Path) -> None:
    project = undisturbed.copy(tmp_path / "project", "diagnose")
    both = [started(project, tmp_path / str(number), undisturbed, "diagnose") for number in (0, 1)]
    ended = [process.end() for process in both]
    assert 0 in [each.status for each in ended]
    assert all(each.status == 0 or len(not_of_dvc(each.errors)) == 1 for each in ended)
    name = f"artifacts/diagnosis/{CELL}.json"
    assert outputs(project)[name] == outputs(undisturbed.finished)[name]


def test_a_stage_waits_for_the_owner_of_its_cell(undisturbed: Undisturbed, tmp_path: Path) -> None:
    project = undisturbed.copy(tmp_path / "project")
    lock = FileLock(project / f".state/locks/diagnose-{CELL}.lock")
    with lock:
        process = started(project, tmp_path / "log", undisturbed, "diagnose")
        assert wait_until(lambda: "waiting for " in process.files[1].read_text(), 100)
        assert process.runs()
    assert process.end().status == 0


def test_processes_that_open_a_fresh_store_at_once_lose_nothing(undisturbed: Undisturbed, tmp_path: Path) -> None:
    figures = fresh_stores.run(tmp_path, undisturbed, rounds=1, processes=2)
    assert figures["problems"] == []
    assert (figures["rounds"], figures["failures"], figures["metrics_lost"]) == (1, 0, 0)


def test_a_corrupt_store_costs_one_line(undisturbed: Undisturbed, tmp_path: Path) -> None:
    project = undisturbed.copy(tmp_path / "project")
    spoil(project / "mlflow.db", "corrupt")
    ended = started(project, tmp_path / "log", undisturbed, "diagnose").end()
    assert ended.status == 0
    (line,) = not_of_dvc(ended.errors)
    assert line.startswith("warning: the run was not recorded in MLflow (")


def test_damaged_files_are_refused(undisturbed: Undisturbed, tmp_path: Path) -> None:
    figures = damages.run(tmp_path, undisturbed, damages=16, of_the_cache=0, commands=False)
    assert figures["problems"] == []
    assert (figures["damages"], figures["used_silently"], figures["tracebacks"]) == (16, 0, 0)


def test_hostile_settings_are_refused_in_one_line(undisturbed: Undisturbed, tmp_path: Path) -> None:
    figures = hostile_params.run(tmp_path, undisturbed, files=12, commands=1)
    assert figures["problems"] == []
    assert figures["one_line"] == figures["files"] == 12


def test_odd_surroundings_give_the_same_bytes(undisturbed: Undisturbed, tmp_path: Path) -> None:
    project = undisturbed.copy(tmp_path / ODD[0].folder, "preprocess")
    command = ["sh", "-c", WITH_UMASK, "sh", ODD[0].umask, *undisturbed.command("preprocess")]
    ended = Process(command, project, environment(tmp_path / "log", **ODD[0].variables), tmp_path / "printed").end()
    assert (ended.status, ended.errors) == (0, "")
    name = "artifacts/data/train.npz"
    assert outputs(project)[name] == outputs(undisturbed.finished)[name]


def test_the_hook_finds_a_difference_if_there_is_one(undisturbed: Undisturbed, tmp_path: Path) -> None:
    project = undisturbed.copy(tmp_path / "project")
    assert undisturbed.differences(project, "diagnose") == []
    (project / f"artifacts/diagnosis/{CELL}.json").write_text("{}")
    (project / "artifacts/data/.partial-train.npz").touch()
    found = undisturbed.differences(project, "diagnose")
    assert found == [f"artifacts/diagnosis/{CELL}.json: other content", "artifacts/data/.partial-train.npz: left over"]


def test_every_plan_is_the_same_for_the_same_seed_and_covers_what_it_must() -> None:
    sizes = (kills.ROUNDS, kills.KILLS, kills.AT_MOVES, kills.AT_STEPS)
    plan = kills.planned(*sizes, seed=0)
    assert plan == kills.planned(*sizes, seed=0) != kills.planned(*sizes, seed=1)
    drawn = [kill for each in plan for kill in each]
    assert [sum(kill.where == where for kill in drawn) for where in ("move", "step", "moment")] == [12, 10, 18]
    assert {kill.stage for kill in drawn} >= {"train", "classifier", "evaluate"}
    assert len({tuple(sorted(pair.ways)) for pair in owners.planned(owners.ROUNDS, 0)}) == 15
    assert len(owners.planned(owners.ROUNDS, 0)) == 20
    sent = signals.planned(18, 0)
    assert len({each[:3] for each in sent}) == 18
    assert {fault.kind for fault in store_faults.planned(None, 0)} >= {
        "absent",
        "hung",
        "slow",
        "failing",
        "restarted",
        "locked",
        "corrupt",
        "half-migrated",
        "held lock",
    }


def test_epochs_that_a_continued_training_computes_again_are_counted(tmp_path: Path) -> None:
    def attempt(number: int, epochs: range) -> Announced:
        path = tmp_path / f"{number}"
        path.write_text("".join(f"step {epoch} 1\nstep {epoch} 3\n" for epoch in epochs))
        return Announced(number, number, "train", path)

    assert kills.computed_twice([attempt(0, range(3)), attempt(1, range(2, 5)), attempt(2, range(5, 8))]) == [1, 0]
    assert kills.computed_twice([attempt(0, range(3)), attempt(1, range(3))]) == [3]


def test_a_record_differs_where_a_point_is_lost_and_not_in_durations(undisturbed: Undisturbed) -> None:
    found, right = (records.runs(undisturbed.finished / "mlflow.db") for _ in range(2))
    assert records.problems(found) == records.differences(found, right) == []
    (cell,) = (run for run in found if run["name"] == CELL)
    cell["metrics"]["time/training_seconds"] = [(0, 1.0)]
    assert records.differences(found, right) == []
    cell["metrics"]["losses/d_loss"].pop()
    cell["status"] = "RUNNING"
    assert records.differences(found, right) == [f"gan/{CELL}: metrics: losses/d_loss"]
    assert records.problems([*found, found[0]]) == [f"gan/{CELL}: RUNNING", f"{found[0]['experiment']}/{found[0]['name']}: 2 runs"]


def test_a_command_that_takes_too_long_is_ended_with_what_it_started(tmp_path: Path) -> None:
    process = Process(["sh", "-c", "sleep 60 & echo $!; wait"], tmp_path, dict(os.environ), tmp_path / "printed")
    assert wait_until(lambda: process.files[0].stat().st_size, 60)
    ended = process.end(0.1)
    assert ended.status == -signal.SIGKILL
    assert wait_until(lambda: not alive(int(ended.output)), 60)  # a process ends some time after its signal
    assert side_by_side(lambda number: number + 1, [1, 2]) == [2, 3]


@pytest.mark.skipif(not (ROOT / RESULTS).is_file(), reason="`make torture` has not run")
def test_the_page_is_made_of_the_results_of_every_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    results = read_results()
    assert set(results["parts"]) == set(PARTS)
    assert PAGE.read_text(encoding="utf-8") == as_page(results)
    assert all(summary(name, row) in as_page(results) for name, row in results["parts"].items())


@pytest.mark.slow
def test_a_round_of_each_part_on_a_project_of_its_own(tmp_path: Path) -> None:
    whole = make_undisturbed(tmp_path)
    found = [
        kills.run(tmp_path, whole, rounds=1, kills=4, moves=1, steps=2),
        signals.run(tmp_path, whole, count=2),
        owners.run(tmp_path, whole, rounds=2),
    ]
    found.append(store_faults.run(tmp_path, whole, count=2, tolerance=60.0))
    assert [row["problems"] for row in found] == [[]] * 4
    assert found[0]["identical"] == found[0]["kills"]
