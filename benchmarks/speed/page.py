"""docs/performance.md from the results."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.quality.page import quality_page
from benchmarks.speed import OTHERS
from benchmarks.speed.around_page import around_page

NAMES = {"ours": "this project", "keras_guide": "the step of Keras' guide", "pytorch": "PyTorch, eager"}


def page(results: Mapping[str, Any], attempts: Mapping[str, Any], quality: dict[str, Any] | None) -> str:
    """The whole page: the results of `make bench` and of `make bench-quality`, and what was tried to make a training faster."""
    machine, variants = results["machine"], results["variants"]
    matrix = ", ".join(f"{rate / 1e9:.0f} GFLOP/s with {threads} thread{'s' * (threads != '1')}" for threads, rate in results["matrix_rate"].items())
    return f"""# How fast it trains

`make bench` writes this page from [speed.json](../benchmarks/speed.json). Each row was measured in turns, one training after the other and again, on
{machine["cores"]} cores of {machine["processor"]}; figures are medians of {results["rounds"]} rounds, in brackets the smallest and the largest. Other
machines have other figures; ratios carry over better than seconds.

## Against what people would use instead

Images per second of one training without callbacks: this project's step under `fit`, the same networks in a Keras model with the `train_step` of
Keras' guide, and in PyTorch in an eager loop; same batch size, optimizer and precision. A ratio is taken within each turn.

{rates_table(variants)}

## Against what the machine can do

A product of two matrices of 2048 x 2048 in TensorFlow reaches {matrix}. The operations of a step are counted by TensorFlow's profiler.

{share_table(results)}

The time of one step by kind of operation, in milliseconds, added up over all threads, while TensorFlow's tracer runs:

{kinds_table(variants)}

{around_page(results)}{quality_page(quality) if quality else ""}## What was tried

{attempts["measured"]} From [speed_attempts.json](../benchmarks/speed_attempts.json).

Kept:

{attempts_table(attempts["kept"])}

Left out again:

{attempts_table(attempts["left"])}
"""


def rates_table(variants: Mapping[str, Any]) -> str:
    """Images per second, and the ratios."""
    lines = ["| variant | training | images/s | this project is faster by |", "|---|---|---|---|"]
    for variant, result in variants.items():
        for name in (name for name in NAMES if name in result["images_per_second"]):
            rates = result["images_per_second"][name]
            gain = result["gains"].get(name)
            times = f"{gain['median']:.2f} x ({gain['smallest']:.2f} to {gain['largest']:.2f})" if gain else ""
            lines.append(f"| {variant} | {NAMES[name]} | {statistics.median(rates):.0f} ({min(rates)} to {max(rates)}) | {times} |")
    return "\n".join(lines)


def share_table(results: Mapping[str, Any]) -> str:
    """Operations a second, and their share of the matrix rate of all threads."""
    lines = ["| variant | GFLOP a step | GFLOP/s | share of the matrix rate |", "|---|---|---|---|"]
    most = max(results["matrix_rate"].values())
    for variant, result in results["variants"].items():
        step = result["step"]
        rate = step["operations"] * statistics.median(result["images_per_second"]["ours"]) / step["batch_size"]
        lines.append(f"| {variant} | {step['operations'] / 1e9:.2f} | {rate / 1e9:.0f} | {rate / most:.0%} |")
    return "\n".join(lines)


def kinds_table(variants: Mapping[str, Any]) -> str:
    """Milliseconds by kind of operation, a line per variant."""
    lines = ["| variant | milliseconds |", "|---|---|"]
    for variant, result in variants.items():
        spent = result["step"]["milliseconds_by_kind"]
        longest = sorted(spent, key=lambda kind: (kind == OTHERS, -spent[kind]))
        kinds = ", ".join(f"{kind.removeprefix('_Mkl')} {spent[kind]:.2f}" for kind in longest)
        lines.append(f"| {variant} | {kinds} |")
    return "\n".join(lines)


def attempts_table(attempts: Sequence[Mapping[str, Any]]) -> str:
    """What was tried, and how many times as fast it made what."""
    lines = ["| what | times as fast |", "|---|---|"]
    for attempt in attempts:
        gains = ", ".join(f"{of} {gain}" for of, gain in attempt["gain"].items())
        lines.append(f"| {attempt['what']} | {gains} |")
    return "\n".join(lines)
