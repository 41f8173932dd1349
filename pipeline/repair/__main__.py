"""`python -m pipeline.repair VARIANT [--write]` (make repair VARIANT=asker WRITE=1): from a broken variant to a repaired one.

It applies the fixes that the doctor names, keeps those that help, and writes the path, a page and a section for params.yaml under artifacts/repair/;
`--write` puts the section into params.yaml. One that was interrupted continues where it was.
"""

import argparse
import os
from pathlib import Path

from pipeline.files.errors import PipelineError, SettingsError, nearest_known, one_line_errors
from pipeline.files.owner import is_owned, owner
from pipeline.files.shown import shown
from pipeline.runtime import pin_runtime
from pipeline.settings.editing import add_variants
from pipeline.settings.params import PARAMS, Settings, load_settings

# isort: split
from pipeline.integrity.inputs import check_inputs
from pipeline.repair.outcome import PAGE, PATH, comments, repaired_name, section_text, summary, write_outcome
from pipeline.repair.path import Repair
from pipeline.repair.trial import Paths
from pipeline.repair.trials import Trials
from pipeline.repair.workers import workers
from pipeline.terminal.closing import closing
from pipeline.terminal.progress import say
from pipeline.tracking.repair import record_repair

ARTIFACTS = Path("artifacts")
READ = Paths(
    ARTIFACTS / "data/train.npz",
    ARTIFACTS / "data/validation.npz",
    ARTIFACTS / "classifier/classifier.weights.h5",
    ARTIFACTS / "reference/features.npz",
)
FOLDER = ARTIFACTS / "repair"
TRIALS = FOLDER / "trials"


def repair_variant(settings: Settings, variant: str, write: bool) -> None:
    """Repair a variant of params.yaml.

    Raises:
        PipelineError: it does not exist, is being trained, or its samples cannot be compared; the budget is too small; an earlier stage is missing.
    """
    require_repairable(settings, variant)
    check_inputs(*READ)
    pin_runtime(settings.train.threads)
    os.environ["GAN_REPAIR"] = variant  # a tag of its runs
    with owner("repair", variant):
        with workers(TRIALS, READ, settings) as pool:
            repair = Repair(variant, settings, Trials(TRIALS, READ, settings, pool))
            repair.run()
        write_outcome(FOLDER / variant, repair)
        record_repair(settings, FOLDER / variant / PATH, FOLDER / variant / PAGE)
    say(f"\n{summary(repair)}")
    if not repair.section:
        closing(f"wrote {FOLDER / variant / PAGE}")
        return
    say(section_text(repair))
    if write:
        require_unchanged(settings, variant)
        add_variants(PARAMS, variant, {repaired_name(variant): repair.section}, comments(repair))
        closing(f"wrote {FOLDER / variant / PAGE}, and {repaired_name(variant)} into {PARAMS}", "dvc repro")
    else:
        closing(f"wrote {FOLDER / variant / PAGE}", f"make repair VARIANT={variant} WRITE=1")


def require_repairable(settings: Settings, variant: str) -> None:
    """Refuse a variant that cannot be repaired, before anything is computed."""
    if variant not in settings.gan:
        raise SettingsError(f"{PARAMS}: expected a section under gan: with the name {shown(variant)}{nearest_known(variant, settings.gan)}")
    if settings.gan[variant].digits_per_image > 1:
        raise SettingsError(
            f"{PARAMS}: gan.{variant}.digits_per_image: expected 1 for a repair, whose trials are compared digit by digit, received 3"
        )
    for seed in settings.run.seeds:
        if is_owned("train", f"{variant}-{seed}"):
            raise PipelineError(f"{variant}: expected a variant that nothing trains, found a training of seed {seed}; wait until it has ended")
    images, limits = settings.gan[variant].training_images, settings.repair
    needed = images + 2 * len(limits.seeds) * int(limits.trial_share * images)
    if limits.budget_images < needed:
        raise SettingsError(
            f"{PARAMS}: repair.budget_images: expected at least {needed} for a training and the first trials of {variant}, "
            f"received {limits.budget_images}"
        )


def require_unchanged(settings: Settings, variant: str) -> None:
    """Refuse to write beside a variant that was edited while it was repaired: what is written says what differs from it."""
    if load_settings().gan.get(variant) != settings.gan[variant]:
        raise SettingsError(f"{PARAMS}: gan.{variant}: expected the settings that were repaired, found others; run the same command again")


if __name__ == "__main__":
    with one_line_errors():
        parser = argparse.ArgumentParser(prog="python -m pipeline.repair", description=__doc__.partition("\n")[0], allow_abbrev=False)
        parser.add_argument("variant", help="a section under gan: in params.yaml")
        parser.add_argument("--write", action="store_true", help="put the repaired variant into params.yaml")
        arguments = parser.parse_args()
        repair_variant(load_settings(), arguments.variant, arguments.write)
