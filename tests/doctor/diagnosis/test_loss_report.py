"""Whether losses are normal: the sentence, its bands and its units, and the rules that are not about every family."""

import copy
import math
from typing import Any

import pytest

from pipeline.doctor.diagnosis.diagnose import diagnose
from pipeline.doctor.diagnosis.loss_bands import BALANCE, BANDS, WON
from pipeline.doctor.diagnosis.loss_family import INSIDE, MIDDLE, SURE, loss_family
from pipeline.doctor.diagnosis.loss_report import losses_report
from pipeline.doctor.evidence import loss_gradients
from tests.benchmarks.quotations import _read
from tests.doctor.diagnosis.test_rules import HEALTHY, SWINGING, evidence, late

Row = dict[str, Any]
LOW, HIGH = math.log1p(math.exp(-3)), math.log1p(math.exp(3))
VALUES = {"undecided": 1.45, "surely_wrong": 2 * HIGH, "surely_right": 2 * LOW, "rejected": HIGH, "accepted": LOW}
LOGISTIC: Row = {
    "real_is_up": True,
    "undecided": {"real": -0.3775, "fake": 0.6225},
    "rejected": {"fake": -0.9526},
    "accepted": {"fake": -0.0474},
    "surely_wrong": {"real": -0.9526, "fake": 0.9526},
    "surely_right": {"real": -0.0474, "fake": 0.0474},
    "values": VALUES,
    "pairs_every_with_every": False,
}
CRITIC = LOGISTIC | {name: {"real": -1.0, "fake": 1.0} for name in ("undecided", "surely_wrong", "surely_right")}
CRITIC |= {"rejected": {"fake": -1.0}, "accepted": {"fake": -1.0}}
BOUNDED = {"before.discriminator.bounded": True, "before.discriminator.reach_low": 0.0, "before.discriminator.reach_high": 1.0}
SQUARES = LOGISTIC | {
    "surely_wrong": {"real": -1.96, "fake": 1.96},
    "undecided": {"real": -1.0, "fake": 1.0},
    "surely_right": {"real": -0.04, "fake": 0.04},
}
(LOW_D, HIGH_D), (LOW_G, HIGH_G) = BANDS["logistic"]["discriminator"], BANDS["logistic"]["generator"]


def training(d_loss: float | None = 1.2, g_loss: float | None = 0.9, steps: int = 500, penalised: bool = False, **loss: Any) -> Row:
    """Evidence of a training whose last three looks show these losses."""
    changed = copy.deepcopy(HEALTHY)
    changed["before"]["loss"] = LOGISTIC | loss
    changed["before"]["step"]["penalises_gradients"] = penalised
    changed["epochs"] = [{"epoch": number, "steps": steps, "d_loss": d_loss, "g_loss": g_loss} for number in (1, 2, 3)]
    return changed


def sentence(**changes: Any) -> str:
    return str(losses_report(training(**changes))["sentence"])


def test_losses_within_the_bands_are_said_to_be_there() -> None:
    found = losses_report(training())
    assert found["sentence"] == (
        f"Logistic, non-saturating. Discriminator 1.20 (healthy trainings of this family: {LOW_D:.2f} to {HIGH_D:.2f}), "
        f"generator 0.90 ({LOW_G:.2f} to {HIGH_G:.2f}): both are where healthy trainings are."
    )
    assert (found["family"], found["generator_form"], found["steps"]) == ("logistic", "non-saturating", 1500)
    assert found["discriminator_band"] == pytest.approx([LOW_D, HIGH_D], rel=0.001)


@pytest.mark.parametrize(
    ("d_loss", "g_loss", "words"),
    [
        (0.02, 0.9, "a discriminator loss of 0.02 is below where healthy trainings stay: it tells almost every sample apart; see docs/losses.md"),
        (LOW_D - 0.05, 0.9, "is below where healthy trainings stay: it tells samples apart better than usual; see"),
        (HIGH_D + 0.1, 0.9, "is above where healthy trainings stay: it tells samples apart worse than usual; see"),
        (1.2, HIGH_G + 1, "is above where healthy trainings stay: the discriminator rejects samples more firmly than usual; see"),
        (1.2, LOW_G - 0.2, "is below where healthy trainings stay: the discriminator rejects samples less firmly than usual; see"),
    ],
)
def test_a_loss_outside_of_its_band_is_named_and_is_no_finding(d_loss: float, g_loss: float, words: str) -> None:
    assert words in sentence(d_loss=d_loss, g_loss=g_loss)
    assert "both are" not in sentence(d_loss=d_loss, g_loss=g_loss)
    assert diagnose(training(d_loss=d_loss, g_loss=g_loss)) == []


def test_a_constant_factor_moves_the_band_and_not_the_verdict() -> None:
    halves = {name: value / 2 for name, value in VALUES.items()}
    found = losses_report(training(0.6, 0.45, values=halves))
    assert found["discriminator_band"] == pytest.approx([LOW_D / 2, HIGH_D / 2], rel=0.001)
    assert "both are where healthy trainings are" in found["sentence"]
    assert "below where" in sentence(d_loss=0.6, g_loss=0.45)


def test_a_target_that_is_made_larger_is_compared_with_its_sign_turned() -> None:
    turned = VALUES | {name: -VALUES[name] for name in ("undecided", "surely_wrong", "surely_right")}
    assert "both are where healthy trainings are" in sentence(d_loss=-1.2, values=turned)
    assert "it tells almost every sample apart" in sentence(d_loss=-0.02, values=turned)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"steps": 333}, "After 999 steps it is too early to compare"),
        ({"d_loss": None, "g_loss": None}, "could not be seen, or are not finite, so they are not compared"),
        ({"penalised": True}, "Discriminator 1.20 (with its penalty, so not compared), generator 0.90 (healthy trainings of this family:"),
        (
            {"values": VALUES | {"surely_wrong": 2 * HIGH + 1, "surely_right": 2 * LOW + 1}},
            "1.20 (with other terms or in another form, so not compared)",
        ),
        ({"values": {name: VALUES[name] for name in ("rejected", "accepted")}}, "1.20 (for real rows and samples in turn, so not compared)"),
        ({"g_loss": None}, "generator not finite or not seen: this is where healthy trainings are"),
        ({"surely_wrong": {"real": -0.5, "fake": 0.5}}, "of no family that the doctor knows"),
        ({"surely_wrong": {"real": None, "fake": 0.95}}, "of no family that the doctor knows"),
    ],
)
def test_what_is_not_compared_is_said_with_its_reason(changes: Row, words: str) -> None:
    assert words in sentence(**changes)
    assert "both are" not in sentence(**changes)


def test_without_looks_or_gradients_the_sentence_says_so() -> None:
    assert "No step was looked at after training had begun" in losses_report(training() | {"epochs": []})["sentence"]
    assert "No step was looked at" in losses_report({})["sentence"]
    unknown = training()
    del unknown["before"]["loss"]
    assert "no gradient of a loss at the discriminator's outputs was seen" in losses_report(unknown)["sentence"]
    unknown["before"]["loss"] = {name: LOGISTIC[name] for name in ("real_is_up", "undecided", "rejected")}
    assert "could not be replaced" in losses_report(unknown)["sentence"]


def test_a_wasserstein_loss_has_no_level() -> None:
    found = losses_report(training(-4.0, 7.0, **CRITIC))
    assert found["sentence"].startswith("Wasserstein. Discriminator -4.00, generator 7.00. Such losses have no level of their own")
    assert (found["discriminator_band"], found["generator_band"]) == (None, None)


@pytest.mark.parametrize(
    ("rule", "changes", "loss", "family"),
    [
        ("discriminator_wins", late(real_fake_auc=1.0, output_real=9.0, output_fake=-9.0), CRITIC, "Wasserstein"),
        ("oscillation", SWINGING, CRITIC, "Wasserstein"),
        ("initial_scale", {"before.discriminator.output_sd": 80.0}, CRITIC, "Wasserstein"),
        ("pinned_loss", BOUNDED | late(d_loss=1.6264), SQUARES, "least squares"),
    ],
)
def test_a_rule_about_one_family_accuses_no_other(rule: str, changes: Row, loss: Row, family: str) -> None:
    other = evidence(changes | {"before.loss": loss})
    assert loss_family(other) == family
    assert rule not in {finding.id for finding in diagnose(other)}
    assert rule in {finding.id for finding in diagnose(evidence(changes))}


def test_outputs_are_taken_to_be_where_they_were_replaced() -> None:
    assert (SURE, INSIDE, MIDDLE) == (loss_gradients.SURELY, loss_gradients.INSIDE, loss_gradients.UNDECIDED)


def test_the_bands_are_those_that_were_measured_rounded_outwards() -> None:
    measured = _read("loss_bands")["families"]
    for family, band in BANDS.items():
        for network in ("discriminator", "generator"):
            wanted = measured[family][network]
            assert band.get(network) == (wanted and (math.floor(wanted[0] * 10) / 10, math.ceil(wanted[1] * 10) / 10))
        assert measured[family]["balance"] == round(BALANCE[family], 4)
        assert measured[family]["won"] == round(WON * BALANCE[family], 4)


def test_a_family_with_too_few_measured_trainings_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BANDS, "logistic", {"discriminator": (LOW_D, HIGH_D)})
    found = losses_report(training(g_loss=20.0))
    assert "generator 20.00 (not compared, because too few healthy trainings were measured): this is where healthy" in found["sentence"]
    assert found["generator_band"] is None
