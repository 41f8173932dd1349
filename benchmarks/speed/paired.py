"""Trainings measured in turns."""

import statistics
from collections.abc import Mapping
from contextlib import ExitStack

from benchmarks.speed.worker import started

WARM_UP_SECONDS, TURN_SECONDS = 3.0, 3.0  # of each training
CALL = 50  # steps that a training is asked for at a time, or a multiple of them


def images_per_second(commands: Mapping[str, list[str]], batch_size: int, rounds: int) -> dict[str, list[float]]:
    """Images per second of trainings with the same batch size, as `steps_per_second` measures them."""
    return {name: [rate * batch_size for rate in rates] for name, rates in steps_per_second(commands, rounds).items()}


def steps_per_second(commands: Mapping[str, list[str]], rounds: int, call: int = CALL) -> dict[str, list[float]]:
    """Steps per second of each training, in rounds of one turn each.

    Args:
        commands: name -> what is run, see `worker`.
        rounds: how many are counted, after a warm-up.
        call: steps that a training is asked for at a time, or a multiple of them; few, where a step is long.

    Returns:
        name -> steps/s of each round.
    """
    with ExitStack() as stack:
        workers = {name: stack.enter_context(started(command)) for name, command in commands.items()}
        steps = {}
        for name, worker in workers.items():
            worker.seconds(call)  # TensorFlow traces the step in it
            each = worker.seconds(call) / call
            worker.seconds(in_steps(WARM_UP_SECONDS, each, call))
            steps[name] = in_steps(TURN_SECONDS, each, call)
        rates: dict[str, list[float]] = {name: [] for name in workers}
        for _ in range(rounds):
            for name, worker in workers.items():
                rates[name].append(steps[name] / worker.seconds(steps[name]))
    return rates


def in_steps(seconds: float, each: float, call: int) -> int:
    """So many seconds in whole calls, at least one.

    >>> in_steps(3.0, each=0.02, call=50)
    150
    """
    return max(1, round(seconds / each / call)) * call


def ratios(of: list[float], to: list[float]) -> dict[str, float]:
    """The ratio within each round: its median, and the smallest and the largest.

    >>> ratios([30.0, 22.0, 28.0], [20.0, 20.0, 20.0])
    {'median': 1.4, 'smallest': 1.1, 'largest': 1.5}
    """
    each = [one / other for one, other in zip(of, to, strict=True)]
    return {"median": round(statistics.median(each), 3), "smallest": round(min(each), 3), "largest": round(max(each), 3)}
