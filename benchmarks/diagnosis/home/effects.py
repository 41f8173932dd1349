"""What the fix of a finding did where it was tried alone: from benchmarks/trials.json."""

from pathlib import Path
from typing import Any

from pipeline.files.json_file import read_json

RESULTS = Path("benchmarks/trials.json")


def effects() -> list[dict[str, Any]]:
    """The rows of all fixes that were tried."""
    return list(read_json(RESULTS)["fixes"]) if RESULTS.is_file() else []


def effect_text(finding: str, rows: list[dict[str, Any]]) -> str:
    """A sentence for each case in which the fix of a finding was tried; empty if there is none."""
    parts = [_case(row) for row in rows if row["finding"] == finding and "refused" not in row]
    return f"What the fix did, alone, with each of three seeds: {'; '.join(parts)}." if parts else ""


def _case(row: dict[str, Any]) -> str:
    before, after = row["seeds_with_finding_before"], row["seeds_with_finding_after"]
    distance = f"Fréchet distance {row['times']:g} times as large" if row["times"] else "a training diverged"
    return f"{row['case']} in `{row['variant']}`: found in {before} before and in {after} after, {distance} ({row['verdict']})"
