"""The page of a repair: the path from noise to digits in pictures, every fix that was tried, and the section for params.yaml."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import Field

from pipeline.doctor.diagnosis.findings import Setting
from pipeline.doctor.diagnosis.fixes import spelled
from pipeline.files.artifacts import staged_file
from pipeline.files.json_file import Count, Number, Schema
from pipeline.report.numbers import counted, grouped, number, times
from pipeline.report.pictures import digits


class _Results(Schema):
    """Trials with each seed."""

    frechet_distance: list[Number]
    found: list[str]


class _Value(_Results):
    changes: dict[str, Setting]


class _Step(Schema):
    """A fix that was tried."""

    findings: list[dict[str, Any]]
    before: _Results
    values: Annotated[list[_Value], Field(min_length=1)]
    chosen: Count
    decided: bool
    verdict: str
    times: Number
    kept: bool


class _Whole(Schema):
    """A training for as long as the variant is set."""

    scores: dict[str, Number]
    real_reference: dict[str, Number]
    found: list[str]
    errors: list[str]
    training_images: Count
    seed: Count


class RepairPath(Schema):
    """repair.json: the path of a repair."""

    variant: str
    seeds: list[Count]
    end: str
    left: list[str]
    images: Count
    steps: list[_Step]
    skipped: dict[str, str]
    section: dict[str, Setting]
    asked_by: dict[str, str]
    whole_before: _Whole | None  # of the variant as it is, where it was trained
    whole: _Whole


def write_repair_page(path: Path, repair: Mapping[str, Any], section: str, before: Path, after: Mapping[int, Path], whole: Path) -> None:
    """Write one HTML file that needs nothing else.

    Args:
        path: the file to write.
        repair: what repair.json holds.
        section: the repaired variant as params.yaml spells it; empty if nothing is to be repaired.
        before: a picture of the variant's samples as it is.
        after: pictures of the samples after steps, by their place.
        whole: that of the last training.
    """
    environment = Environment(
        loader=PackageLoader("pipeline.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"counted": counted, "grouped": grouped, "number": number, "times": times}
    steps = [_step(step) for step in repair["steps"]]
    content = {
        "repair": repair,
        "section": section,
        "before": digits(before),
        "steps": steps,
        "kept": [(place + 1, step, digits(after[place])) for place, step in enumerate(steps) if step["kept"]],
        "whole": digits(whole),
        "score": repair["whole"]["scores"].get("classifier_score"),
        "distance": repair["whole"]["scores"].get("frechet_distance"),
        "real": repair["whole"]["real_reference"],  # empty if the training diverged
    }
    page = environment.get_template("repair.html.jinja").render(content)
    with staged_file(path) as partial:
        partial.write_text(page, encoding="utf-8", newline="\n")


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    """A step with the words and lengths that the page shows."""
    known = [distance for value in step["values"] for distance in value["frechet_distance"] if distance is not None]
    largest = max(known, default=1.0)
    values = [
        {
            "text": settings_text(value["changes"]),
            "distances": value["frechet_distance"],
            "shares": [None if distance is None else round(100 * distance / largest, 1) for distance in value["frechet_distance"]],
            "chosen": place == step["chosen"],
        }
        for place, value in enumerate(step["values"])
    ]
    findings = [finding | {"name": finding["id"].replace("_", " ")} for finding in step["findings"]]
    return {**step, "values": values, "text": values[step["chosen"]]["text"], "findings": findings}


def settings_text(changes: Mapping[str, Any]) -> str:
    """Settings in one line, as params.yaml spells them."""
    return ", ".join(f"{name}: {spelled(value)}" for name, value in changes.items())
