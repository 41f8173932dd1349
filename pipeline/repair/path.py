"""The path from a broken variant to a repaired one: one fix of the diagnosis after the other, each tried on the same seeds and kept if it helps."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from pipeline.doctor.diagnosis.diagnose import RULES, causes_and_symptoms
from pipeline.doctor.diagnosis.findings import Finding, Setting
from pipeline.doctor.diagnosis.fixes import Option, fix_options, fix_settings
from pipeline.repair.steps import Step, Tried, choose, say_step, say_trials
from pipeline.repair.trials import Result, Trials, found_in
from pipeline.repair.verdict import verdict
from pipeline.report.repair import settings_text
from pipeline.settings.messages import describe
from pipeline.settings.params import Settings
from pipeline.settings.variants import VariantSettings

RULE = {rule.id: rule for rule in RULES}
MOST_ROUNDS = 5  # of fixes before training: one may show what another one hid
NETWORKS = ("network", "generator_width", "discriminator_width", "classes", "conditioning")  # settings that make other networks
RECIPE = 5  # settings of a fix that are tried once, although another fix may set some of them later
NOT_WORSE = 1.05  # times the score: where a finding is gone, so much may be noise
HEALTHY, SPENT, NOTHING_LEFT = "nothing is found", "repair.budget_images is spent", "no fix is left to try"
QUIET = "short trials find nothing to fix"  # although the whole training may


class Repair:
    """Repairs one variant; `steps`, `skipped` and `settings` say how.

    Args:
        name: of the variant.
        settings: of the project, with the section `repair`.
        trials: runs them.
    """

    def __init__(self, name: str, settings: Settings, trials: Trials) -> None:
        self.original = settings.gan[name]
        self.name, self.limits, self.trials = name, settings.repair, trials
        self.settings: dict[str, Any] = self.original.model_dump()
        self.asked_by: dict[str, str] = {}  # setting -> the finding that asked for its value
        self.steps: list[Step] = []
        self.skipped: dict[str, str] = {}  # a fix in words -> why it was not tried
        self.tried: set[str] = set()
        self.current: list[Result] = []
        self.end, self.whole, self.whole_before = "", list[Result](), list[Result]()

    def run(self) -> None:
        """Repair until nothing is found, nothing is left to try, or the budget is spent; then train the repaired variant for as long as it is set."""
        if changes := self._certain_fixes():
            self.current = self._trials(self.settings, self.limits.seeds, self.limits.trial_share)
            say_trials(f"{self.name} as it is", self.current)
            self._keep_certain(*changes)
        else:
            self._train_whole()
            self.whole_before = self.whole
            if not _to_fix(found_in(self.whole)):
                self.end = HEALTHY
                return
            self.current = self._trials(self.settings, self.limits.seeds, self.limits.trial_share)
            say_trials(f"{self.name} as it is", self.current)
        while not self.end:
            self._go_on()
        if self.section or not self.whole:
            self._train_whole()
        if self.end == QUIET and not self.left:
            self.end = HEALTHY

    def _go_on(self) -> None:
        """Try the next fix, or end."""
        fixes = list(self._fixes()) if _to_fix(found_in(self.current)) else []
        following = min(fixes, key=_takes_longer, default=None)  # longer trainings come last: their trials take longer, too
        if following is None:
            self.end = NOTHING_LEFT if _to_fix(found_in(self.current)) else QUIET
        elif not self._affordable(following[1]):
            self.end = SPENT
        else:
            self._try(*following)

    def _train_whole(self) -> None:
        """Train the variant for as long as it is set, with the first seed."""
        self.whole = self._trials(self.settings, self.limits.seeds[:1], 1.0)
        say_trials(f"{self.settings['training_images']} images, seed {self.limits.seeds[0]}", self.whole)

    @property
    def left(self) -> list[str]:
        """The errors and warnings that are found after the last whole training."""
        return [finding.id for finding in _to_fix(found_in(self.whole))]

    @property
    def section(self) -> dict[str, Setting]:
        """What differs from the original variant."""
        original = self.original.model_dump()
        return {name: value for name, value in self.settings.items() if value != original[name]}

    def _certain_fixes(self) -> tuple[list[Finding], dict[str, Setting]] | None:
        """The errors that show before training and have a fix, and their fixes together: they are certain. None if there is none."""
        fixed: dict[str, Finding] = {}
        changes: dict[str, Setting] = {}
        for _ in range(MOST_ROUNDS):
            variant = VariantSettings.model_validate(self.settings | changes)
            added: dict[str, Setting] = {}
            for finding in self.trials.before_training(variant, self.limits.seeds[0]):
                fix = fix_settings(RULE[finding.id], self.settings | changes) if finding.severity == "error" and finding.id in RULE else {}
                if fix and self._accepted(self.settings | changes | added, fix):
                    added |= fix
                    fixed[finding.id] = finding
                    self._asked(finding, fix)
            if not added:
                break
            changes |= added
        return (list(fixed.values()), changes) if changes else None

    def _keep_certain(self, findings: list[Finding], changes: dict[str, Setting]) -> None:
        """Make fixes the first step: they are kept, whatever a short training says."""
        self.settings |= changes
        after = self._trials(self.settings, self.limits.seeds, self.limits.trial_share)
        found = verdict([result.distance for result in self.current], [result.distance for result in after])
        self.steps.append(Step(findings, [Tried(changes, after)], 0, True, self.current, found, True))
        say_step(len(self.steps), self.steps[-1])
        self.current = after

    def _fixes(self) -> Iterator[tuple[Finding, Option]]:
        """The fixes of what was found last that were not tried yet, causes before symptoms."""
        causes, symptoms = causes_and_symptoms(_to_fix(found_in(self.current)))
        for finding in (*causes, *symptoms):
            for option in fix_options(RULE[finding.id], self.settings) if finding.id in RULE else ():
                if not self.tried.isdisjoint(_names(option, self.settings)):
                    continue
                if reason := self._not_allowed(option):
                    self.skipped[settings_text(option.values[0])] = reason
                    continue
                values = tuple(changes for changes in option.values if self._accepted(self.settings, changes))
                if values:
                    yield finding, option._replace(values=values)

    def _not_allowed(self, option: Option) -> str:
        if any(name in option.values[0] for name in NETWORKS) and not self.limits.networks:
            return "it changes the network, which repair.networks does not allow"
        longest = self.limits.longer * self.original.training_images
        if int(option.values[0].get("training_images", 0)) > longest:
            return f"it trains for longer than repair.longer allows, {longest} images"
        return ""

    def _accepted(self, settings: Mapping[str, Any], changes: Mapping[str, Setting]) -> bool:
        """Whether params.yaml would take these settings; what it refuses is skipped, and said."""
        try:
            VariantSettings.model_validate({**settings, **changes})
        except ValidationError as error:
            self.skipped[settings_text(changes)] = f"the settings refuse it: {describe(error.errors()[0], list)}"
            return False
        return bool(changes)

    def _affordable(self, option: Option) -> bool:
        """Whether the trials of a fix, and the last training, are within the budget."""
        trials = sum(self._images(changes) * self.limits.trial_share * len(self.limits.seeds) for changes in option.values)
        last = max(self._images(changes) for changes in option.values)
        return self.trials.images + trials + last <= self.limits.budget_images

    def _images(self, changes: Mapping[str, Setting]) -> int:
        return int({**self.settings, **changes}["training_images"])

    def _try(self, finding: Finding, option: Option) -> None:
        """Try every value of a fix, choose one, and keep it if it helps."""
        names = _names(option, self.settings)
        self.tried |= names
        variants = [VariantSettings.model_validate(self.settings | changes) for changes in option.values]
        results = self.trials.run(variants, self.limits.seeds, self.limits.trial_share)
        values = [Tried(changes, each) for changes, each in zip(option.values, results, strict=True)]
        chosen, decided = choose(values)
        after = values[chosen]
        found = verdict([result.distance for result in self.current], after.distances)
        gone = finding.id not in {each.id for each in found_in(after.results)}
        kept = found.word == "better" or (gone and found.word == "no difference" and (found.times or 1.0) <= NOT_WORSE)
        self.steps.append(Step([finding], values, chosen, decided, self.current, found, kept))
        say_step(len(self.steps), self.steps[-1])
        if kept:
            self.settings |= after.changes
            self._asked(finding, after.changes)
            self.current = after.results
            if option.setting == "training_images":
                self.tried -= names  # once more, as long as it is allowed

    def _trials(self, settings: Mapping[str, Any], seeds: Sequence[int], share: float) -> list[Result]:
        return self.trials.run([VariantSettings.model_validate(dict(settings))], seeds, share)[0]

    def _asked(self, finding: Finding, changes: Mapping[str, Setting]) -> None:
        self.asked_by |= dict.fromkeys(changes, finding.id)


def _takes_longer(fix: tuple[Finding, Option]) -> bool:
    return "training_images" in fix[1].values[0]


def _names(option: Option, settings: Mapping[str, Any]) -> set[str]:
    """What is tried once: the settings that change, and for numbers whether they become larger; of a recipe also the whole of it."""
    changed = " ".join(f"{name}{_direction(value, settings[name])}" for name, value in sorted(option.values[0].items()))
    return {changed} | ({" ".join(sorted(option.part_of))} if len(option.part_of) >= RECIPE else set())


def _direction(value: Any, now: Any) -> str:
    return "" if isinstance(value, (bool, str)) else "+" if value > now else "-"


def _to_fix(findings: Sequence[Finding]) -> list[Finding]:
    """Errors and warnings: a note is no fault."""
    return [finding for finding in findings if finding.severity != "note"]
