"""The parts of docs/performance.md about growth and about what stands around the training."""

import statistics
from collections.abc import Iterable, Mapping
from typing import Any

# JSON files are sorted by name; these are the orders in which the tables are read.
STAGES = ("settings", "download", "preprocess", "classifier", "reference", "train", "evaluate", "diagnose", "compare")
SPENT = ("imports", "data", "tracing", "computing", "saving", "MLflow", "all", "hooks of tracking", "hooks of diagnosis")
GROWING = {"batch_size": "batch size", "width": "widths, times those of the variant", "threads": "threads of one operation"}


def around_page(results: Mapping[str, Any]) -> str:
    """The sections, each with its table."""
    idle = {name: statistics.median(times) for name, times in results["nothing_to_do"].items()}
    ratio = statistics.median(
        repro / status for repro, status in zip(results["nothing_to_do"]["dvc repro"], results["nothing_to_do"]["dvc status"], strict=True)
    )
    return f"""## Growth

Images per second of `modern`, otherwise as above. The trainings of a group took turns, 3 rounds of them; the machine is
faster or slower at another time, so compare within a group, and not with the tables above.

{growth_table(results["growth"])}

Distances and neighbours of samples in the classifier's features, the nearest training images among them, in a process of its own. *Elsewhere* is
torch-fidelity's functions for the Fréchet and the kernel distance, precision and recall, and SciPy's distances for the nearest training images.

{scoring_table(results["scoring"])}

The stage `compare`, its start included, with made-up cells, two seeds of a variant: it reads them, writes the page, and records every variant in
MLflow. *Again* is with all of them in MLflow's store.

{cells_table(results["cells"])}

## Around the training

`dvc repro` from nothing, with `answer` as it is and `modern` for three epochs, each stage under Python's profiler. The rows of `train`,
`evaluate` and `diagnose` without a name are those of `answer`. Seconds:

{stages_table(results["stages"])}

With nothing to do, `dvc repro` takes {idle["dvc repro"]:.2f} s and `dvc status` {idle["dvc status"]:.2f} s, medians of their own; of one
right after the other, `dvc repro` takes {ratio:.2f} times as long, in the median.
After a setting of `answer` has changed, `dvc repro` takes {results["one_changed_cell"]:.0f} s, its training included.

"""


def growth_table(growth: Mapping[str, Mapping[str, list[float]]]) -> str:
    """Images per second by what grows."""
    rows = ((words, value, _range(growth[name][value])) for name, words in GROWING.items() for value in sorted(growth.get(name, ()), key=float))
    return _table(("what grows", "value", "images/s"), rows)


def scoring_table(scoring: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """Seconds and memory by number of samples."""
    names = {"ours": "this project", "elsewhere": "elsewhere"}
    rows = (
        (names[where], f"{int(count):,}".replace(",", " "), f"{numbers['seconds']:.1f}", f"{numbers['megabytes']:.0f}")
        for where in names
        for count, numbers in sorted(scoring[where].items(), key=lambda item: int(item[0]))
    )
    return _table(("where", "samples", "seconds", "peak memory, MB"), rows)


def cells_table(cells: Iterable[Mapping[str, Any]]) -> str:
    """Seconds and bytes by number of cells."""
    rows = ((str(row["cells"]), f"{row['seconds']:.1f}", f"{row['again']:.1f}", f"{row['page_bytes'] / 1e6:.1f}") for row in cells)
    return _table(("cells", "seconds", "again", "page, MB"), rows)


def stages_table(stages: Mapping[str, Mapping[str, float]]) -> str:
    """Seconds of each part of each stage; parts that no stage has are left out."""
    parts = [part for part in SPENT if any(spent.get(part) for spent in stages.values())]
    order = sorted(stages, key=lambda stage: (STAGES.index(stage.partition(",")[0]), stage))
    rows = ((stage, *(f"{stages[stage][part]:.1f}" if stages[stage][part] else "" for part in parts)) for stage in order)
    return _table(("stage", *parts), rows)


def _range(rates: list[float]) -> str:
    return f"{statistics.median(rates):.0f} ({min(rates):.0f} to {max(rates):.0f})"


def _table(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(heading), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
