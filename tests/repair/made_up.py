"""Trials whose results are made up, and repairs that they decide."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from pipeline.doctor.diagnosis.findings import Finding
from pipeline.repair.path import Repair
from pipeline.repair.trials import Result, Trials
from pipeline.settings.params import Settings
from pipeline.settings.variants import VariantSettings

Outcome = tuple[float | None, list[str]]  # the distance with seed 0, and what is found
SEVERITY = {"still_improving": "note", "unlike_real_digits": "warning", "one_sided_range": "warning"}


class MadeUp:
    """Trials whose results are a function of the settings; a later seed's distance is a hundredth larger."""

    def __init__(self, outcome: Callable[[VariantSettings], Outcome], before: Callable[[VariantSettings], list[str]] = lambda _: []) -> None:
        self.outcome, self.before, self.images, self.asked = outcome, before, 0, list[tuple[VariantSettings, float]]()

    def before_training(self, variant: VariantSettings, seed: int) -> list[Finding]:
        return [found(name) for name in self.before(variant)]

    def run(self, variants: Sequence[VariantSettings], seeds: Sequence[int], share: float) -> list[list[Result]]:
        return [self._run(variant, seeds, share) for variant in variants]

    def _run(self, variant: VariantSettings, seeds: Sequence[int], share: float) -> list[Result]:
        self.asked.append((variant, share))
        self.images += len(seeds) * int(share * variant.training_images)
        distance, names = self.outcome(variant)
        scores = [{} if distance is None else {"frechet_distance": distance * (1 + place / 100)} for place in range(len(seeds))]
        return [Result([found(name) for name in names], dict(each), {}, Path("none")) for each in scores]


def found(name: str) -> Finding:
    return Finding(name, SEVERITY.get(name, "error"), {}, "Why.", "Fix.", "")  # type: ignore[arg-type]


def repaired(settings: Settings, trials: MadeUp, variant: str = "answer", **limits: object) -> Repair:
    settings = settings.model_copy(update={"repair": settings.repair.model_copy(update={"budget_images": 10**9, **limits})})
    repair = Repair(variant, settings, cast(Trials, trials))
    repair.run()
    return repair
