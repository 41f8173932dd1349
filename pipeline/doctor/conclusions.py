"""From what was followed of a training to the report: findings that hold, what was checked, what was not."""

from collections.abc import Sequence
from typing import Any

import keras

from pipeline.doctor.checks import LOOKS_IN_A_ROW, what_holds
from pipeline.doctor.diagnosis.diagnose import IN_TRAINING, RULE_FAILED, SYMPTOMS, diagnose
from pipeline.doctor.diagnosis.findings import SEVERITIES, Finding
from pipeline.doctor.diagnosis.loss_report import losses_report
from pipeline.doctor.line_diff import line_diff
from pipeline.doctor.report import Report
from pipeline.doctor.tracing.followed import Followed
from pipeline.doctor.tracing.session import Session
from pipeline.doctor.where import places_of, where

STEPS_FOR_ERRORS = 1000  # younger trainings draw blots, and one network is ahead of the other: that is a note
CERTAIN = ("not_finite",)  # what one look proves
NOT_OF_LOOKS = ("oscillation", "losses_not_examined", "not_examined")  # about means of epochs, and what the report says in its own words
OF_THE_START = ("initial_scale", "zero_weights", "constant_weights", "dead_units")  # about weights before training: later ones prove nothing
NO_PAIR = "no network was seen whose output reaches another one that is trained"
NOT_FOLLOWED = {
    "step": ("who is updated", "no update was seen"),
    "data": ("the range of real images", "no row was seen that comes from the data to the discriminator as the generator's samples do"),
    "generator": ("the generator's layers", "what the generator was given could not be seen"),
    "discriminator": ("the discriminator's layers", "no real row that the discriminator was given could be seen"),
    "loss": (
        "what the losses want of the discriminator's outputs",
        "no gradient of a loss at these outputs was seen, or not whose rows they are about",
    ),
}


def conclusions(followed: Sequence[Followed], session: Session) -> Report:
    """The report on everything that was followed."""
    for one in followed:
        one.conclude()
    not_checked = dict(session.guard.not_checked)
    if not followed:
        not_checked.setdefault("the training", NO_PAIR)
    findings: list[Finding] = []
    checked: list[str] = []
    losses: list[dict[str, Any]] = []
    for one in followed:
        label = f"{_name(one.pair.generator)} against {_name(one.pair.discriminator)}: " if len(followed) > 1 else ""
        found, withdrawn = _findings(one, session)
        findings += [finding for finding in found if finding not in findings]
        checked += [label + sentence for sentence in what_holds(one, found)]
        losses.append({"pair": label} | losses_report(one.evidence))
        not_checked |= {f"{label}{name}": why for name, why in (withdrawn | _not_checked(one)).items()}
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return Report(findings, list(dict.fromkeys(checked)), not_checked, _networks(followed), losses)


def _findings(one: Followed, session: Session) -> tuple[list[Finding], dict[str, str]]:
    """What holds, and what was withdrawn because a later look contradicts it."""
    steps = session.steps_of(one.pair.generator)
    evidence = one.evidence
    found = [finding for finding in diagnose(evidence) if finding.id not in (RULE_FAILED, *NOT_OF_LOOKS)]
    later = None if one.later_evidence is None else {finding.id for finding in diagnose(one.later_evidence)}
    kept, withdrawn = [], {}
    for finding in found:
        if finding.id in IN_TRAINING and finding.id not in CERTAIN:
            if all(finding.id in _ids(evidence, earlier) for earlier in range(1, LOOKS_IN_A_ROW)):
                kept.append(_as_note(finding) if steps < STEPS_FOR_ERRORS else finding)
        elif later is not None and finding.id not in later and finding.id not in (*OF_THE_START, *CERTAIN):
            withdrawn[f"{finding.id} (withdrawn)"] = "the first look showed it, but a later one did not"
        else:
            kept.append(finding)
    if any(finding.severity == "error" and finding.id not in SYMPTOMS for finding in kept):
        kept = [_as_note(finding) if finding.id in SYMPTOMS else finding for finding in kept]
    places = places_of(one)
    placed = [finding._replace(where=where(finding, places)) for finding in kept]
    return [finding._replace(change=line_diff(finding)) for finding in placed], withdrawn


def _ids(evidence: dict[str, Any], earlier: int) -> set[str]:
    """What is found without the last looks."""
    return {finding.id for finding in diagnose(evidence | {"epochs": evidence["epochs"][:-earlier]})}


def _as_note(finding: Finding) -> Finding:
    return finding._replace(severity="note")


def _not_checked(one: Followed) -> dict[str, str]:
    """What is not known of a pair, and why."""
    failed = {finding.evidence["rule"]: finding.evidence["message"] for finding in diagnose(one.evidence) if finding.id == RULE_FAILED}
    undecided = one.before.get("loss", {}).get("undecided", {})
    for kind, rows in (("real", "real rows"), ("fake", "samples")):
        if "loss" in one.before and not undecided.get(kind):
            failed[f"what the losses want of {rows}"] = f"the gradients at the discriminator's outputs for {rows} sum to zero, or were not seen"
    if undecided and not one.before["loss"].get("rejected"):
        failed["what the generator's loss wants"] = "no update of the generator was seen in the steps that were looked at first"
    return failed | dict(words for part, words in NOT_FOLLOWED.items() if part not in one.before)


def _networks(followed: Sequence[Followed]) -> list[dict[str, Any]]:
    """Each network once, with who updates it."""
    found: dict[int, dict[str, Any]] = {}
    for one in followed:
        for role, network in one.pair._asdict().items():
            moved = one.before.get("step", {}).get("moved")
            found[id(network)] = {
                "name": role,
                "role": role,
                "model": _name(network),
                "updated": None if moved is None else role in moved,
                "optimizer": one.before.get("optimizers", {}).get(role, {}).get("name"),
            }
    return list(found.values())


def _name(network: keras.Layer) -> str:
    return str(network.name)
