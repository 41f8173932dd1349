"""docs/reliability.md, from the results in benchmarks/reliability.json."""

import json
from pathlib import Path
from typing import Any

from benchmarks.torture.words import INTRODUCTION, NOT_PROMISED, PROMISES, Promise
from pipeline.files.artifacts import write_text

RESULTS, PAGE = Path("benchmarks/reliability.json"), Path("docs/reliability.md")
PARTS = tuple(PROMISES)
SHOWN = 10  # problems of a part; all of them are in the results
Row = dict[str, Any]


def as_page(results: Row) -> str:
    """The whole page."""
    parts = results["parts"]
    rows = [f"| [{promise.title}](#{_anchor(promise.title)}) | {summary(name, parts.get(name))} |" for name, promise in PROMISES.items()]
    minutes = sum(row["seconds"] for row in parts.values()) / 60
    about = results["machine"]
    ran = f"Made in {minutes:.0f} minute{'s' * (round(minutes) != 1)} on {about['cores']} cores of {about['processor']}, Python {about['python']}."
    table = "\n".join(["| what | figures |", "|---|---|", *rows])
    return "\n\n".join([INTRODUCTION, table, ran, *(_part(promise, parts.get(name)) for name, promise in PROMISES.items()), NOT_PROMISED]) + "\n"


def summary(name: str, row: Row | None) -> str:
    """The figures of a part in a line.

    >>> summary("fresh_stores", {"failures": 0, "metrics_lost": 0, "rounds": 20, "processes": 8})
    '0 failures and 0 lost metrics in 20 rounds of 8 processes'
    >>> summary("fresh_stores", None)
    'not tried yet'
    """
    return PROMISES[name].figures.format(**row) if row else "not tried yet"


def _part(promise: Promise, row: Row | None) -> str:
    lines = [f"## {promise.title}", promise.promise, f"*How it is tried.* {promise.tried}"]
    if row:
        left_out = f" Not tried on this machine: {', '.join(row['not_tried'])}." if row.get("not_tried") else ""
        lines.append(f"*What came out*, in {row['seconds']} s: {promise.figures.format(**row)}.{left_out}")
        found = [line.replace("|", "\\|").replace("\n", " ")[:300] for line in row["problems"]]
        if found:
            more = [f"- and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
            lines.append("\n".join(["What broke the promise:", "", *(f"- `{line.replace('`', chr(39))}`" for line in found[:SHOWN]), *more]))
    return "\n\n".join(lines)


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def read_results() -> Row:
    """The results of the parts that were run."""
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def write_page() -> None:
    """Write the page from the results that are there."""
    write_text(PAGE, as_page(read_results()))
