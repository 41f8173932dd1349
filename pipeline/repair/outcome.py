"""What a repair leaves: its path as JSON, the repaired variant as a section of params.yaml, and the page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.files.artifacts import staged_folder, write_json
from pipeline.repair.path import HEALTHY, Repair
from pipeline.repair.steps import Step, Tried
from pipeline.repair.trials import Result, found_in
from pipeline.repair.workers import SHEET
from pipeline.report.repair import write_repair_page
from pipeline.settings.editing import section_lines

PATH, SECTION, PAGE = "repair.json", "section.yaml", "index.html"


def repaired_name(variant: str) -> str:
    """The name of a variant when it is repaired."""
    return f"{variant}_repaired"


def write_outcome(folder: Path, repair: Repair) -> None:
    """Write all of it into a folder; the same repair gives the same bytes."""
    path = as_json(repair)
    text = section_text(repair)
    pictures = {place: step.values[step.chosen].results[0].folder / SHEET for place, step in enumerate(repair.steps)}
    before = (repair.steps[0].before if repair.steps else repair.current or repair.whole)[0].folder / SHEET
    if not text:
        (folder / SECTION).unlink(missing_ok=True)  # of an earlier repair
    with staged_folder(folder, [PATH, PAGE, *([SECTION] if text else [])]) as partial:
        write_json(partial / PATH, path)
        if text:
            (partial / SECTION).write_text(text, encoding="utf-8", newline="\n")
        write_repair_page(partial / PAGE, path, text, before, pictures, repair.whole[0].folder / SHEET)


def section_text(repair: Repair) -> str:
    """The repaired variant as params.yaml spells it: what differs from the variant that it builds on, each line with what asked for it."""
    lines = section_lines(repair.section, comments(repair))
    return f"  {repaired_name(repair.name)}:\n    <<: *{repair.name}\n{lines}" if lines else ""


def comments(repair: Repair) -> dict[str, str]:
    """The finding that asked for each setting that differs, in words."""
    return {name: repair.asked_by[name].replace("_", " ") for name in repair.section}


def summary(repair: Repair) -> str:
    """What became of a variant, in a sentence."""
    left = ", ".join(name.replace("_", " ") for name in repair.left) or "no error and no warning"
    if repair.section:
        return f"{repair.name} is repaired as far as fixes helped ({repair.end}); found in the last training: {left}"
    if repair.end == HEALTHY:
        return f"{repair.name}: nothing to repair, nothing changed"
    return f"{repair.name}: nothing changed ({repair.end}); found: {left}"


def as_json(repair: Repair) -> dict[str, Any]:
    """The path of a repair as plain values."""
    return {
        "variant": repair.name,
        "seeds": list(repair.limits.seeds),
        "end": repair.end,
        "left": repair.left,
        "images": repair.trials.images,
        "steps": [_step(step) for step in repair.steps],
        "skipped": repair.skipped,
        "section": repair.section,
        "asked_by": {name: repair.asked_by[name] for name in repair.section},
        "whole_before": _whole(repair, repair.whole_before[0], repair.original.training_images) if repair.whole_before else None,
        "whole": _whole(repair, repair.whole[0], repair.settings["training_images"]),
    }


def _whole(repair: Repair, result: Result, images: int) -> dict[str, Any]:
    return _trained(result) | {"training_images": images, "seed": repair.limits.seeds[0]}


def _step(step: Step) -> dict[str, Any]:
    return {
        "findings": [finding.row() for finding in step.findings],
        "before": _results(step.before),
        "values": [_tried(value) for value in step.values],
        "chosen": step.chosen,
        "decided": step.decided,
        "verdict": step.verdict.word,
        "times": step.verdict.times,
        "kept": step.kept,
    }


def _tried(value: Tried) -> Mapping[str, Any]:
    return {"changes": value.changes} | _results(value.results)


def _results(results: Sequence[Result]) -> dict[str, Any]:
    return {"frechet_distance": [result.distance for result in results], "found": [finding.id for finding in found_in(results)]}


def _trained(result: Result) -> dict[str, Any]:
    errors = [finding.id for finding in result.findings if finding.severity == "error"]
    return {"scores": result.scores, "real_reference": result.real_reference, "found": [finding.id for finding in result.findings], "errors": errors}
