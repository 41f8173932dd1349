"""`python -m benchmarks.repairs VARIANT...`: what repairs of variants reach, in benchmarks/repairs.json; that of the asker as a picture.

Run `dvc repro reference` before. Repairs are kept as `make repair` keeps them, so it continues where it was interrupted; the seconds that are
published are those of a repair from nothing. Its options are settings of the section `repair`.
"""

import argparse
import contextlib
import io
import json
import sys
import time
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
from pipeline.repair.__main__ import FOLDER, READ, TRIALS
from pipeline.repair.outcome import PAGE, PATH, write_outcome
from pipeline.repair.path import Repair
from pipeline.repair.trials import Trials
from pipeline.repair.workers import workers
from pipeline.settings.params import Settings, load_settings
from pipeline.settings.repair import RepairSettings

RESULTS, TRANSCRIPT, PICTURE = Path("benchmarks/repairs.json"), Path("benchmarks/repair_asker.txt"), Path("docs/images/repair.png")
SHOWN = "asker"  # with the settings of params.yaml
WIDTH, HEIGHT, SHOWN_WIDTH = 1500, 900, 880
COLOURS = 32


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
    began, fresh = time.monotonic(), not TRIALS.exists()
    with contextlib.redirect_stdout(_Both(sys.stdout)) as printed, workers(TRIALS, READ, settings) as pool:
        repair = Repair(variant, settings, Trials(TRIALS, READ, settings, pool))
        repair.run()
    folder = FOLDER / variant if settings.repair == load_settings().repair else FOLDER / "benchmark" / variant
    write_outcome(folder, repair)
    path = read_json(folder / PATH)
    limits = settings.repair.model_dump(include={"seeds", "trial_share", "budget_images", "networks", "longer"})
    seconds = round(time.monotonic() - began) if fresh else None  # of a repair from nothing
    row = {"variant": variant, "settings": limits, "machine": machine(), "seconds": seconds, **path}
    return row, printed.getvalue()


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
    rows = read_json(RESULTS)["repairs"] if RESULTS.is_file() else []
    for variant in variants:
        row, printed = measured(settings, variant)
        rows = sorted([each for each in rows if _name(each) != _name(row)] + [row], key=_name)
        write_json(RESULTS, {"repairs": rows})
        if variant == SHOWN and not changes:
            write_text(TRANSCRIPT, printed)
            draw(FOLDER / variant / PAGE, PICTURE)


if __name__ == "__main__":
    with one_line_errors():
        parser = argparse.ArgumentParser(prog="python -m benchmarks.repairs", description=__doc__.partition("\n")[0])
        parser.add_argument("variants", nargs="+")
        parser.add_argument("--networks", action="store_const", const=True)
        parser.add_argument("--longer", type=int)
        parser.add_argument("--trial-share", type=float)
        named = vars(parser.parse_args())
        main(named.pop("variants"), {name: value for name, value in named.items() if value is not None})
