"""Put each fault into its GAN, train for a moment, and record what the doctor finds; likewise in the same GANs without a fault."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.diagnosis.home.faults import FAULTS, Fault, healthy
from benchmarks.diagnosis.home.pictures import draw_gan
from benchmarks.diagnosis.home.scores import Scorer
from benchmarks.diagnosis.scripts import kept
from pipeline.data.digits import Digits
from pipeline.doctor.diagnosis.diagnose import diagnose
from pipeline.doctor.diagnosis.findings import Evidence
from pipeline.settings.params import Settings

HEALTHY_EPOCHS, HEALTHY_STEPS = 2, 60
CODE = (Path("pipeline"), Path("benchmarks/diagnosis/home"))
SETTINGS = Path("params.yaml")


def try_fault(fault: Fault, digits: Digits, unseen: Digits, settings: Settings) -> dict[str, Any]:
    """What was found, in which epoch, and what was found besides it."""
    gan_under_test = fault.make(digits, settings)
    scorers = [Scorer(gan_under_test, unseen, settings)] if fault.scored else []
    evidence = gan_under_test.train(max(fault.by_epoch, 1), fault.steps, *scorers).evidence
    for scorer in scorers:
        evidence = evidence | scorer.evidence()
    draw_gan(fault.finding, gan_under_test)
    findings = diagnose(evidence)
    named = next((finding for finding in findings if finding.id == fault.finding), None)
    return {
        "fault": fault.name,
        "gan": fault.gan,
        "expected": fault.finding,
        "named": named is not None,
        "steps": fault.steps,
        "epoch": first_epoch(fault.finding, evidence) if named else None,
        "evidence": named.evidence if named else None,
        "errors_beside": [finding.id for finding in findings if finding.severity == "error" and finding.id != fault.finding],
        "others_beside": [finding.id for finding in findings if finding.severity != "error" and finding.id != fault.finding],
    }


def try_healthy(gan: str, digits: Digits, settings: Settings) -> dict[str, Any]:
    """What is found in a GAN without a fault."""
    findings = diagnose(healthy(gan)(digits, settings).train(HEALTHY_EPOCHS, HEALTHY_STEPS).evidence)
    return {"gan": gan, **{f"{severity}s": [each.id for each in findings if each.severity == severity] for severity in ("error", "warning", "note")}}


def first_epoch(finding: str, evidence: Evidence) -> int:
    """The first epoch after which it is found; 0 is before training."""
    for epoch in range(len(evidence["epochs"])):
        if finding in {each.id for each in diagnose({"before": evidence["before"], "epochs": evidence["epochs"][:epoch]})}:
            return epoch
    return len(evidence["epochs"])


def run_suite(digits: Digits, unseen: Digits, settings: Settings) -> dict[str, Any]:
    """All faults, and all of their GANs without one."""
    gans = sorted({fault.gan for fault in FAULTS})
    return {
        "faults": [_once(fault.name, partial(try_fault, fault, digits, unseen, settings)) for fault in FAULTS],
        "healthy": [_once(f"healthy {gan}", partial(try_healthy, gan, digits, settings)) for gan in gans],
    }


def _once(name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The row of a fault or a healthy GAN, unless it is kept from a run with the same code and settings."""
    depends_on = [kept.code_in(*CODE).encode(), SETTINGS.read_bytes(), name.encode()]
    row = kept.once(kept.FOLDER / f"home-{kept.hash_of(depends_on)}.json", make)
    print(row, flush=True)
    return row
