"""`python -m benchmarks.repairs VARIANT...`: what repairs of variants reach, in benchmarks/repairs.json; that of the asker as a picture.

Run `dvc repro reference` before. Each repair keeps its trials in a folder of its own, so it continues where it was interrupted; the seconds that are
published are those of a repair from nothing. Its options are settings of the section `repair`.
"""

import argparse
import contextlib
import io
import json
import sys
import time
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from pipeline.runtime import pin_runtime

# isort: split
from benchmarks.chromium import chromium
from benchmarks.machine import machine
from pipeline.files.artifacts import staged_file, write_json, write_text
from pipeline.files.errors import one_line_errors
from pipeline.files.json_file import read_json
from pipeline.repair.__main__ import FOLDER, READ
from pipeline.repair.outcome import PAGE, PATH, write_outcome
from pipeline.repair.path import Repair
from pipeline.repair.trials import Trials
from pipeline.repair.workers import workers
from pipeline.settings.params import Settings, load_settings
from pipeline.settings.repair import RepairSettings
from pipeline.settings.variants import VariantSettings

RESULTS, TRANSCRIPT, PICTURE = Path("benchmarks/repairs.json"), Path("benchmarks/repair_asker.txt"), Path("docs/images/repair.png")
SHOWN = "asker"  # with the settings of params.yaml
WIDTH, HEIGHT, SHOWN_WIDTH = 1500, 900, 880
COLOURS = 32
CONFIRMED_BY = (1, 2)  # seeds with which the repaired asker is trained, too, after the repair


class _Both(io.StringIO):
    """Keeps what is printed, and prints it."""

    def __init__(self, stream: Any) -> None:
        super().__init__()
        self.stream = stream

    def write(self, text: str) -> int:
        self.stream.write(text)
        self.stream.flush()
        return super().write(text)


def measured(settings: Settings, variant: str) -> tuple[dict[str, Any], str]:
    """Repair a variant: its row, and what was printed."""
    folder = folder_of(settings, variant)
    trials = folder / "trials"
    began, fresh = time.monotonic(), not trials.exists()
    with contextlib.redirect_stdout(_Both(sys.stdout)) as printed, workers(trials, READ, settings) as pool:
        repair = Repair(variant, settings, Trials(trials, READ, settings, pool))
        repair.run()
        write_outcome(folder, repair)
        seconds = round(time.monotonic() - began) if fresh else None  # of a repair from nothing
        shown = variant == SHOWN and settings.repair == load_settings().repair
        repaired = [VariantSettings.model_validate(repair.settings)] if shown else []
        confirmed = [result.scores for results in repair.trials.run(repaired, CONFIRMED_BY, 1.0) for result in results]
    path = read_json(folder / PATH)
    limits = settings.repair.model_dump(include={"seeds", "trial_share", "budget_images", "networks", "longer"})
    row = {"variant": variant, "settings": limits, "machine": machine(), "seconds": seconds, **path, "confirmed": confirmed}
    return row, printed.getvalue()


def folder_of(settings: Settings, variant: str) -> Path:
    """Where a repair with these settings is kept."""
    return FOLDER / "benchmark" / f"{variant}-{sha256(settings.repair.model_dump_json().encode()).hexdigest()[:8]}"


def _name(row: dict[str, Any]) -> str:
    """What a row is of."""
    return json.dumps([row["variant"], row["settings"]], sort_keys=True)


def draw(page: Path, picture: Path) -> None:
    """The pictures of a repair's page, as its reader sees them."""
    with chromium() as browser:
        tab = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        tab.goto(page.resolve().as_uri())
        drawn = Image.open(BytesIO(tab.locator("#path ul").screenshot(type="png")))
    small = drawn.convert("RGB").resize((SHOWN_WIDTH, round(drawn.height * SHOWN_WIDTH / drawn.width)), Image.Resampling.LANCZOS)
    with staged_file(picture) as partial:
        small.quantize(COLOURS, dither=Image.Dither.NONE).save(partial, "PNG", optimize=True)  # noise compresses badly


def main(variants: list[str], changes: dict[str, Any]) -> None:
    """Repair variants, and add their rows to the results."""
    settings = load_settings()
    settings = settings.model_copy(update={"repair": RepairSettings.model_validate(settings.repair.model_dump() | changes)})
    pin_runtime(settings.train.threads)
    for variant in variants:
        row, printed = measured(settings, variant)
        rows = read_json(RESULTS)["repairs"] if RESULTS.is_file() else []  # only now: another process may have added to them
        if row["seconds"] is None:  # it only continued, and has no duration of its own
            same = [each for each in rows if _name(each) == _name(row) and each["steps"] == row["steps"]]
            row |= {name: each[name] for each in same for name in ("seconds", "machine")}
        rows = sorted([each for each in rows if _name(each) != _name(row)] + [row], key=_name)
        write_json(RESULTS, {"repairs": rows})
        if variant == SHOWN and not changes:
            write_text(TRANSCRIPT, printed)
            draw(folder_of(settings, variant) / PAGE, PICTURE)


if __name__ == "__main__":
    with one_line_errors():
        parser = argparse.ArgumentParser(prog="python -m benchmarks.repairs", description=__doc__.partition("\n")[0])
        parser.add_argument("variants", nargs="+")
        parser.add_argument("--networks", action="store_const", const=True)
        parser.add_argument("--longer", type=int)
        parser.add_argument("--trial-share", type=float)
        named = vars(parser.parse_args())
        main(named.pop("variants"), {name: value for name, value in named.items() if value is not None})
