"""`python -m benchmarks.trials` (make trials): is each fix of the doctor one? Applied alone, tried on three seeds with and without it.

The cases are the benchmark's faults that settings make, and each broken variant of params.yaml. Every trial is kept, so it may be interrupted and
continues. Run `dvc repro reference` before; the results go to benchmarks/trials.json, and from there into docs/diagnosis.md.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from pipeline.runtime import pin_runtime

# isort: split
from benchmarks.machine import machine
from pipeline.doctor.diagnosis.diagnose import RULES
from pipeline.doctor.diagnosis.findings import Rule
from pipeline.doctor.diagnosis.fixes import fix_settings
from pipeline.files.artifacts import write_json
from pipeline.files.errors import one_line_errors
from pipeline.repair.__main__ import READ, TRIALS
from pipeline.repair.trials import Result, Trials
from pipeline.repair.verdict import verdict
from pipeline.repair.workers import workers
from pipeline.settings.params import Settings, load_settings
from pipeline.settings.variants import VariantSettings

RESULTS = Path("benchmarks/trials.json")
SEEDS = (0, 1, 2)
SHARE = 0.2  # of a variant's training_images


class Case(NamedTuple):
    """A variant, what is wrong with it, and the finding whose fix is tried; all of its errors and warnings if none is named."""

    name: str
    variant: str
    changes: dict[str, Any]
    finding: str = ""


CASES = (
    Case("sigmoid before the hinge loss", "hinge_sn", {"discriminator_activation": "sigmoid"}, "double_activation"),
    Case("no activation in either network", "answer", {"hidden_activation": "linear"}, "no_nonlinearity"),
    Case("weights from N(0, 1)", "answer", {"initializer": "normal"}, "initial_scale"),
    Case("samples given to a second discriminator", "lsgan", {"share_discriminator": False}, "samples_not_in_loss"),
    Case("discriminator's learning rate x 100", "dcgan", {"discriminator_learning_rate": 0.02}, "learning_rate"),
    Case("β1 = 0.999", "answer_cnn", {"adam_beta_1": 0.999}, "momentum"),
    Case("both learning rates doubled", "answer", {"generator_learning_rate": 0.002, "discriminator_learning_rate": 0.002}),
    Case("tanh's range half used", "answer", {"output_activation": "sigmoid"}),
    *(
        Case(f"{name} as it is", name, {})
        for name in ("asker", "asker_shared", "asker_activation", "asker_logits", "asker_glorot", "asker_tanh", "answer")
    ),
    Case("a critic without a penalty", "wgan_gp", {"gradient_penalty": 0.0}, "unbounded_critic"),
)


def rows(settings: Settings, trials: Trials) -> Iterator[dict[str, Any]]:
    """A row for each fix of each case."""
    for case in CASES:
        variant = VariantSettings.model_validate(settings.gan[case.variant].model_dump() | case.changes)
        before = trials.run([variant], SEEDS, SHARE)[0]
        found = {finding.id for result in before for finding in result.findings if finding.severity != "note"}
        for rule in RULES:
            if rule.id in found and rule.settings and case.finding in ("", rule.id):
                yield from _row(case, rule, variant, before, trials)


def _row(case: Case, rule: Rule, variant: VariantSettings, before: list[Result], trials: Trials) -> Iterator[dict[str, Any]]:
    fix = fix_settings(rule, variant.model_dump())
    if not fix:
        return
    about = {"case": case.name, "variant": case.variant, "changes": case.changes, "finding": rule.id, "fix": fix}
    try:
        repaired = VariantSettings.model_validate(variant.model_dump() | fix)
    except ValidationError as error:
        yield about | {"refused": error.errors()[0]["msg"]}
        return
    after = trials.run([repaired], SEEDS, SHARE)[0]
    distances = [[result.distance for result in results] for results in (before, after)]
    found = verdict(*distances)
    yield about | {
        "seeds_with_finding_before": _with_finding(rule.id, before),
        "seeds_with_finding_after": _with_finding(rule.id, after),
        "frechet_distance_before": distances[0],
        "frechet_distance_after": distances[1],
        "verdict": found.word,
        "times": found.times,
    }


def _with_finding(name: str, results: list[Result]) -> int:
    return sum(name in {finding.id for finding in result.findings} for result in results)


def measure() -> None:
    """Run all trials that are not kept, and write the table."""
    settings = load_settings()
    pin_runtime(settings.train.threads)
    measured: list[dict[str, Any]] = []
    with workers(TRIALS, READ, settings) as pool:
        for row in rows(settings, Trials(TRIALS, READ, settings, pool)):
            measured.append(row)
            print(row, flush=True)
            write_json(RESULTS, {"seeds": list(SEEDS), "share": SHARE, "machine": machine(), "fixes": measured})


if __name__ == "__main__":
    with one_line_errors():
        measure()
