"""Hands the cells to Ray, shows how far they are, and gives back how each ended."""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.files.cells import Cell
from pipeline.files.errors import PipelineError
from pipeline.settings.sweep import SweepSettings
from pipeline.sweep.cluster import LOCAL, places
from pipeline.sweep.snapshot import Snapshot
from pipeline.sweep.worker import LONGEST_LINE, Job, Outcome, run_cell
from pipeline.terminal.progress import Progress, progress, say

SECONDS = 2.0  # between two looks at the nodes


def run_cells(
    ray: Any, cells: Mapping[Cell, str], job: Job, snapshot: Snapshot, settings: SweepSettings, finished: Callable[[Cell, str], None]
) -> dict[Cell, Outcome]:
    """Run cells side by side, as many as the nodes have places for.

    Args:
        ray: the module, connected.
        cells: that are run, and the text of params.yaml for each.
        job: what they have in common.
        snapshot: the project's files.
        settings: the resources of a cell, and how often a lost one is started again.
        finished: called with each cell that ended well and the text of its dvc.lock, as soon as it has.

    Returns:
        How each cell ended. One that was lost more often than it is started again has an error, too.

    Raises:
        PipelineError: this machine has less than one cell needs.
    """
    _require_place(ray, settings)
    task = ray.remote(num_cpus=settings.cores, num_gpus=settings.gpus, max_retries=settings.retries)(run_cell)
    bundle, waiting, running = ray.put(snapshot.bundle), deque(cells), dict[Any, Cell]()
    outcomes, interrupted = dict[Cell, Outcome](), Counter[Cell]()
    with progress(settings.name) as shown:
        while waiting or running:
            # Ray would take all at once; so many as there are places for are those that run.
            while waiting and len(running) < max(1, places(ray, settings.cores, settings.gpus)):
                cell = waiting.popleft()
                running[task.remote(job, bundle, cell.name, cells[cell])] = cell
            for reference in ray.wait(list(running), timeout=SECONDS)[0]:
                cell = running.pop(reference)
                outcome = _outcome(ray, reference)
                if outcome.interrupted and interrupted[cell] < settings.retries:
                    interrupted[cell] += 1
                    waiting.append(cell)
                    continue
                outcomes[cell] = outcome
                if outcome.error:
                    say(f"{cell.name}: failed: {outcome.error}")
                else:
                    finished(cell, outcome.lock)
                _show(shown, outcomes, len(running) + min(1, len(waiting)), len(cells))
    return outcomes


def _require_place(ray: Any, settings: SweepSettings) -> None:
    if places(ray, settings.cores, settings.gpus):
        return
    wanted = f"sweep.cores, sweep.gpus: expected a node with {settings.cores} cores and {settings.gpus:g} GPUs for a cell"
    if settings.address == LOCAL:
        found = ray.cluster_resources()
        raise PipelineError(f"{wanted}, found {found.get('CPU', 0):g} and {found.get('GPU', 0):g} on this machine; lower them")
    say(f"{wanted}, found none yet; waiting for one to join")


def _outcome(ray: Any, reference: Any) -> Outcome:
    try:
        return Outcome(*ray.get(reference))  # Ray's own copy of the class is another one
    except ray.exceptions.RayError as error:  # of the task itself, or because it was lost with its node or process too often
        return Outcome(" ".join(str(error).split())[-LONGEST_LINE:], False)  # the end of a traceback says what it was


def _show(shown: Progress, outcomes: dict[Cell, Outcome], running: int, count: int) -> None:
    """Cells done, running, and the best so far; the bar itself says the time that is left."""
    scored = {cell: outcome.frechet for cell, outcome in outcomes.items() if outcome.frechet is not None}
    best = min(scored, key=lambda cell: scored[cell], default=None)
    words = f"{len(outcomes)}/{count} cells done, {running} running"
    shown.advance(1 / count, words + (f", best {best.name} (Fréchet {scored[best]:.3g})" if best else ""))
