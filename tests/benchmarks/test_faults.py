"""A short form of the suite of faults, on real digits: each is named, and nothing wrong besides it."""

import pytest

from benchmarks.diagnosis.home.faults import BEFORE, FAULTS, Fault, healthy
from pipeline.data.digits import Digits
from pipeline.doctor.diagnosis.diagnose import RULES, diagnose
from tests.doctor.conftest import whole_settings

EARLY = [fault for fault in FAULTS if fault.by_epoch == BEFORE]
FIRST = {fault.finding: fault.name for fault in reversed(EARLY)}  # one fault for each rule
# The question's network and its repairs show these, in tests/doctor/evidence/test_examination.py.
SHOWN_BY_THE_QUESTION = {"double_activation", "initial_scale", "no_nonlinearity", "samples_not_in_loss"}


def marked(fault: Fault) -> object:
    short = FIRST[fault.finding] == fault.name and fault.finding not in SHOWN_BY_THE_QUESTION
    return pytest.param(fault, id=fault.name, marks=[] if short else pytest.mark.slow)


@pytest.mark.parametrize("fault", [marked(fault) for fault in EARLY])
@pytest.mark.filterwarnings("ignore:.*from_logits:UserWarning")
def test_a_fault_is_named_before_training(fault: Fault, scans: Digits) -> None:
    findings = fault.make(scans, whole_settings()).examine()
    assert fault.finding in {finding.id for finding in findings}
    assert {finding.id for finding in findings if finding.severity == "error"} <= {fault.finding}


@pytest.mark.parametrize("name", [pytest.param("not a number in a batch", marks=pytest.mark.slow), "batches sorted by class"])
def test_a_fault_that_shows_in_training_is_named_within_two_epochs(name: str, scans: Digits) -> None:
    (fault,) = (fault for fault in FAULTS if fault.name == name)
    findings = diagnose(fault.make(scans, whole_settings()).train(2, fault.steps).evidence)
    assert [finding.id for finding in findings if finding.severity == "error"] == [fault.finding]
    if fault.finding == "not_finite":
        assert findings[0].evidence == {"first": "the training batch", "epoch": 2, "step": 11}


def test_a_gan_in_the_style_of_the_guide_trains_and_has_no_finding(scans: Digits) -> None:
    evidence = healthy("guide")(scans, whole_settings()).train(2, 40).evidence
    assert diagnose(evidence) == []
    assert [row["epoch"] for row in evidence["epochs"]] == [1, 2]
    assert all(row["steps"] == 40 for row in evidence["epochs"])


def test_there_are_faults_enough_and_each_expects_a_rule() -> None:
    assert len(FAULTS) >= 24
    assert {fault.finding for fault in FAULTS} <= {rule.id for rule in RULES}
