"""The whole way of a sweep: check, prepare what all cells share, run them side by side, bring their results into the project."""

import os
from pathlib import Path

from dvc.config import Config

from pipeline.files.cells import Cell
from pipeline.files.errors import PipelineError
from pipeline.files.owner import state_folder
from pipeline.settings.editing import of_one_cell
from pipeline.settings.lock_file import part_of_lock
from pipeline.settings.params import PARAMS, Settings
from pipeline.settings.yaml_file import read_yaml
from pipeline.sweep import results
from pipeline.sweep.cell import SHARED
from pipeline.sweep.cluster import LOCAL, ray_at, require_same_software
from pipeline.sweep.schedule import run_cells
from pipeline.sweep.snapshot import Snapshot, changed_files, take_snapshot
from pipeline.sweep.software import software
from pipeline.sweep.worker import Job, Outcome, quoted
from pipeline.terminal.closing import next_steps

CLONES = "sweep"  # in the folder of the project's state, or in that of a node
CACHE = "cache"  # DVC's, on a node


def sweep(settings: Settings) -> None:
    """Run the cells of params.yaml where `sweep.address` says, then `dvc repro`, which has only to compare them.

    Raises:
        PipelineError: files differ from the last commit, the cluster is not as it must be, or cells failed.
    """
    if changed := changed_files():
        raise PipelineError(f"{changed[0]}: expected no change since the last commit, so that results have a commit to name; commit it or undo it")
    if settings.sweep.address != LOCAL:
        _require_what_nodes_share()
    _run(settings, variables={"GAN_SWEEP": settings.sweep.name})
    if _remote():
        results.quietly("push", "--run-cache")
    next_steps({"make ui": f"the runs side by side; their tag sweep is {settings.sweep.name}"})


def side_by_side(settings: Settings, jobs: int) -> None:
    """Run the cells of params.yaml on this machine, so many at once, with the files as they are; the outputs are those of `dvc repro`.

    Raises:
        PipelineError: cells failed.
    """
    here = {"name": "cells", "address": LOCAL, "cores": 1, "gpus": 0.0}
    _run(settings.model_copy(update={"sweep": settings.sweep.model_copy(update=here)}), variables={}, cores=jobs)


def _run(settings: Settings, variables: dict[str, str | None], cores: int | None = None) -> None:
    local = settings.sweep.address == LOCAL
    cells = [Cell(variant, seed) for variant in settings.run.variants for seed in settings.run.seeds]
    if not local:
        with ray_at(settings.sweep.address) as ray:
            require_same_software(ray)
    results.dvc("repro", *SHARED)
    if not local:
        results.quietly("push", *SHARED)
    outcomes, locks, waiting = dict[Cell, Outcome](), dict[Cell, str](), results.unfinished(cells)
    try:
        if waiting:
            snapshot, content = take_snapshot(), read_yaml(PARAMS)
            texts = {cell: of_one_cell(content, *cell) for cell in waiting}
            with ray_at(settings.sweep.address, cores) as ray:
                outcomes = run_cells(ray, texts, job_of(snapshot, settings, variables), snapshot, settings.sweep, locks.__setitem__)
    finally:
        results.bring_in(locks, from_remote=not local)
    if failed := [cell for cell, outcome in outcomes.items() if outcome.error]:
        raise PipelineError(f"{len(failed)} of {len(cells)} cells failed, {failed[0].name} first; see above. The others are done and stay so")
    if waiting and (other := results.unfinished(waiting)):  # `dvc repro` would train them once more, one after the other
        raise PipelineError(
            f"{other[0].name}: expected a result that is up to date after the sweep, found another one: a file that git ignores differs from those "
            "that cells were trained with; `dvc status` names its folder"
        )
    results.dvc("repro")


def job_of(snapshot: Snapshot, settings: Settings, variables: dict[str, str | None]) -> Job:
    """What all cells have in common; on this machine they share the project's own cache, locks and store."""
    local, folder = settings.sweep.address == LOCAL, settings.sweep.folder
    given = {name: value for name, value in os.environ.items() if name.startswith("MLFLOW_")}
    # Ray gives its tasks a number of OpenMP's threads; the bytes are to be those of a training without Ray.
    variables = {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS")} | given | variables
    return Job(
        commit=snapshot.commit,
        parent=snapshot.parent,
        clones=str(state_folder() / CLONES if local else f"{folder}/{CLONES}"),
        root=str(Path.cwd() if local else folder),
        cache=_cache() if local else f"{folder}/{CACHE}",
        remote="" if local else _remote(),
        variables=variables,
        lock=part_of_lock(results.LOCK, SHARED),
        shallow=snapshot.shallow,
        software=software(),
    )


def _cache() -> str:
    """The folder of DVC's cache."""
    return str(Path(Config.from_cwd()["cache"].get("dir") or ".dvc/cache").resolve())


def _remote() -> str:
    """The section of DVC's configuration that describes the default remote, with its place as an absolute one; empty if there is none."""
    config = Config.from_cwd()
    name = config["core"].get("remote")
    if name not in config["remote"]:
        return ""
    lines = (f"    {option} = {quoted(value)}" for option, value in config["remote"][name].items())
    return "\n".join(["[core]", f"    remote = {name}", f"['remote \"{name}\"']", *lines, ""])


def _require_what_nodes_share() -> None:
    if not _remote():
        raise PipelineError("dvc remote: expected a default remote that all nodes reach, found none; `dvc remote add --default NAME URL`")
    if not os.environ.get("MLFLOW_TRACKING_URI", "").startswith(("http://", "https://")):
        raise PipelineError("MLFLOW_TRACKING_URI: expected the address of an MLflow server that all nodes reach; see docs/how-to/team-server.md")
