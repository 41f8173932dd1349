"""A short form of the suite of faults, on real digits: each that shows before training is named, and nothing wrong beside it."""

import pytest

from benchmarks.diagnosis.faults import BEFORE, FAULTS, Fault, healthy
from pipeline.data.digits import Digits
from pipeline.doctor.diagnosis.diagnose import RULES
from tests.doctor.conftest import whole_settings

EARLY = [fault for fault in FAULTS if fault.by_epoch == BEFORE]


@pytest.mark.parametrize("fault", EARLY, ids=[fault.name for fault in EARLY])
@pytest.mark.filterwarnings("ignore:.*from_logits:UserWarning")
def test_a_fault_is_named_before_training(fault: Fault, scans: Digits):
    findings = fault.make(scans, whole_settings()).examine()
    assert fault.finding in {finding.id for finding in findings}
    assert {finding.id for finding in findings if finding.severity == "error"} <= {fault.finding}


@pytest.mark.parametrize("gan", sorted({fault.gan for fault in FAULTS}))
def test_the_same_gan_without_a_fault_has_no_finding(gan: str, scans: Digits):
    assert healthy(gan)(scans, whole_settings()).examine() == []


@pytest.mark.parametrize("name", ["not a number in a batch", "batches sorted by class"])
def test_a_fault_that_shows_in_training_is_named_within_two_epochs(name: str, scans: Digits):
    (fault,) = (fault for fault in FAULTS if fault.name == name)
    findings = fault.make(scans, whole_settings()).train(2, fault.steps).findings
    assert [finding.id for finding in findings if finding.severity == "error"] == [fault.finding]
    if fault.finding == "not_finite":
        assert findings[0].evidence == {"first": "the training batch", "epoch": 2, "step": 11}


def test_a_gan_in_the_style_of_the_guide_trains_and_has_no_finding(scans: Digits):
    doctor = healthy("guide")(scans, whole_settings()).train(2, 40)
    assert doctor.findings == []
    assert [row["epoch"] for row in doctor.evidence["epochs"]] == [1, 2]
    assert all(row["steps"] == 40 for row in doctor.evidence["epochs"])


def test_there_are_faults_enough_and_each_expects_a_rule():
    assert len(FAULTS) >= 24
    assert {fault.finding for fault in FAULTS} <= {rule.id for rule in RULES}
