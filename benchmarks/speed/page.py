"""docs/performance.md from the results."""

import statistics
from collections.abc import Mapping
from typing import Any

NAMES = {"ours": "this project", "keras_guide": "the step of Keras' guide", "pytorch": "PyTorch, eager"}


def page(results: Mapping[str, Any]) -> str:
    """The whole page."""
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
"""


def rates_table(variants: Mapping[str, Any]) -> str:
    """Images per second, and the ratios."""
    lines = ["| variant | training | images/s | this project is faster by |", "|---|---|---|---|"]
    for variant, result in variants.items():
        for name, rates in result["images_per_second"].items():
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
        kinds = ", ".join(f"{kind.removeprefix('_Mkl')} {spent:.2f}" for kind, spent in result["step"]["milliseconds_by_kind"].items())
        lines.append(f"| {variant} | {kinds} |")
    return "\n".join(lines)
