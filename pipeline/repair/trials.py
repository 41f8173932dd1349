"""Trials that are kept: the same one is trained once, so a repair that was interrupted continues where it was."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.data.digits import load_digits
from pipeline.doctor.diagnosis.diagnose import diagnose
from pipeline.doctor.diagnosis.findings import SEVERITIES, Finding
from pipeline.files.errors import DataError, PipelineError
from pipeline.files.json_file import Schema, read_json
from pipeline.provenance import trial_key, trial_origin
from pipeline.repair import trial as trial_module
from pipeline.repair.trial import Paths, Trial, examined
from pipeline.repair.workers import RESULT, Task, is_made, make
from pipeline.settings.params import Settings
from pipeline.settings.variants import VariantSettings

CODE = Path(trial_module.__file__)


class _Kept(Schema):
    """RESULT of a trial."""

    evidence: dict[str, Any]


class Result(NamedTuple):
    """What a trial gave.

    Attributes:
        findings: of the doctor's rules as they are now.
        scores: by name; empty where the training diverged.
        folder: of its files, with the picture of its last samples.
    """

    findings: list[Finding]
    scores: dict[str, float | None]
    real_reference: dict[str, float | None]
    folder: Path

    @property
    def distance(self) -> float | None:
        """The Fréchet distance, by which trials are compared; None where the training diverged."""
        return self.scores.get("frechet_distance")


class Trials:
    """Runs trials and keeps them; counts the real images of all that were asked for, whether they were kept or not.

    Args:
        folder: where they are kept.
        paths: what earlier stages made.
        settings: of the project.
        pool: processes that make what is not kept: see `workers`.
    """

    def __init__(self, folder: Path, paths: Paths, settings: Settings, pool: ProcessPoolExecutor) -> None:
        self.folder, self.paths, self.settings, self.pool = folder, paths, settings, pool
        self.origin, self.images = trial_origin(CODE, *paths), 0

    def before_training(self, variant: VariantSettings, seed: int) -> list[Finding]:
        """What the doctor finds before a training."""
        digits, held_out = load_digits(self.paths.train), load_digits(self.paths.validation)
        return diagnose(examined(variant, seed, digits, held_out), settings=variant.model_dump())

    def run(self, variants: Sequence[VariantSettings], seeds: Sequence[int], share: float) -> list[list[Result]]:
        """Train variants for a share of their images with each seed, side by side; a list of results by seed for each variant.

        Raises:
            PipelineError: what trials come from has changed, and the processes that make them have begun with what was there before; or a trial that
                was kept is damaged.
        """
        if trial_origin(CODE, *self.paths) != self.origin:
            raise PipelineError("repair: expected the data, the classifier and the code that it began with, found others; run the same command again")
        trials = [[Trial(variant, seed, int(share * variant.training_images)) for seed in seeds] for variant in variants]
        every = [trial for row in trials for trial in row]
        self.images += sum(trial.images for trial in every)
        missing = {folder: Task(trial, folder) for trial in every if not is_made(folder := self._folder(trial))}
        make(self.pool, list(missing.values()))
        return [[_read(self._folder(trial), trial.variant) for trial in row] for row in trials]

    def _folder(self, trial: Trial) -> Path:
        """Named by all that the trial's bytes depend on."""
        scored = {"neighbours": self.settings.evaluate.neighbours, "seed": self.settings.evaluate.seed, "width": self.settings.classifier.width}
        threads = {"train.threads": self.settings.train.threads}
        facts = {"trial": [trial.variant.model_dump(), trial.seed, trial.images], "scored": scored} | threads
        return self.folder / trial_key(facts, self.origin)[:32]


def _read(folder: Path, variant: VariantSettings) -> Result:
    try:
        evidence = read_json(folder / RESULT, _Kept)["evidence"]
    except DataError:
        raise PipelineError(f"{folder}: expected a trial, found a damaged one; remove this folder, and run the same command again") from None
    return Result(diagnose(evidence, settings=variant.model_dump()), evidence.get("scores", {}), evidence.get("real_reference", {}), folder)


def found_in(results: Sequence[Result]) -> list[Finding]:
    """What was found with any of the seeds, each finding once, errors first."""
    found: dict[str, Finding] = {}
    for result in results:
        for finding in result.findings:
            found.setdefault(finding.id, finding)
    return sorted(found.values(), key=lambda finding: SEVERITIES.index(finding.severity))
