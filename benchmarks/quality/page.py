"""The section of docs/performance.md about quality and time."""

from typing import Any

from benchmarks.quality.curves import DISTANCES, FACTORS, Mean, curves, seconds_until

LONGEST = 660  # seconds: what a GAN reaches in ten minutes, with the last turn's end


def quality_page(results: dict[str, Any]) -> str:
    """The table of seconds until a distance, and the picture."""
    found, real = curves(results), results["real"]
    limits = [*DISTANCES, *(factor * real for factor in FACTORS)]
    heads = [f"{distance:g}" for distance in DISTANCES] + [f"{factor:g} x real digits ({factor * real:.2f})" for factor in FACTORS]
    lines = [f"| GAN | {' | '.join(heads)} | best in ten minutes |", f"|---|{'---|' * (len(heads) + 1)}"]
    for name, points in found.items():
        until = [_seconds(seconds_until(points, limit)) for limit in limits]
        lines.append(f"| {name} | {' | '.join(until)} | {min(point.mean for point in points if point.seconds <= LONGEST):.2f} |")
    table = "\n".join(lines)
    return f"""## Until the samples are good

`make bench-quality`: seconds of training until the Fréchet distance is as low, measured on the same machine from
[quality.json](../benchmarks/quality.json). `modern` was trained with three seeds for several lengths, each with a schedule of its own; the others are
rebuilt from their published settings, one seed each, and scored as they train. All are scored by this project's classifier; real digits have
{real:.2f}.

{table}

{_best_peer(found)}

![Fréchet distance against seconds](images/quality.png)

"""


def _best_peer(found: dict[str, list[Mean]]) -> str:
    """How much sooner `modern` is where the best of the others is after ten minutes."""
    (ours, own), *others = found.items()
    name, points = min(others, key=lambda each: min(point.mean for point in each[1]))
    best = min(points, key=lambda point: point.mean)
    seconds = seconds_until(own, best.mean)
    reached = f"reaches it after {seconds:.0f} s, {best.seconds / seconds:.1f} times sooner" if seconds else "does not reach it"
    return f"The best of the others, {name}, has {best.mean:.2f} after {best.seconds:.0f} s; `{ours}` {reached}."


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.0f} s"
