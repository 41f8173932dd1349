"""Examining a GAN leaves it as it was, works without a train_step, and tells what a network does from what its layers are called."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.diagnosis.gans_under_test import Patient, guide_patient, own_patient
from benchmarks.diagnosis.guide_gan import LATENT, GuideGAN, make_discriminator, make_generator
from pipeline.data.digits import Digits
from pipeline.doctor.evidence.examination import examination
from pipeline.doctor.evidence.networks import describe_network
from pipeline.doctor.examine import examine
from tests.doctor.conftest import whole_settings

LADDER = {
    "asker": {"no_nonlinearity", "initial_scale", "double_activation", "samples_not_judged", "one_sided_range"},
    "asker_shared": {"no_nonlinearity", "initial_scale", "double_activation", "one_sided_range"},
    "asker_activation": {"initial_scale", "double_activation", "one_sided_range"},
    "asker_logits": {"no_nonlinearity", "initial_scale", "one_sided_range"},
    "asker_glorot": {"no_nonlinearity", "double_activation", "one_sided_range"},
    "asker_tanh": {"no_nonlinearity", "initial_scale", "double_activation"},
    "answer": set(),
}


def patient(scans: Digits, variant: str) -> Patient:
    return own_patient(scans, whole_settings().gan[variant])


@pytest.mark.parametrize("variant", LADDER)
def test_the_question_has_exactly_its_defects_and_each_repair_takes_its_own_away(variant: str, scans: Digits):
    findings = patient(scans, variant).examine()
    assert {finding.id for finding in findings} == LADDER[variant]
    assert {finding.id for finding in findings if finding.severity != "error"} <= {"one_sided_range"}


@pytest.mark.parametrize("variant", sorted(set(whole_settings().gan) - set(LADDER) - {"asker_200", "answer_200"}))
def test_every_other_variant_starts_without_a_finding(variant: str, scans: Digits):
    changes = {"critic_steps": 2} if variant == "wgan_gp" else {}
    assert own_patient(scans, whole_settings().gan[variant], **changes).examine() == []


@pytest.mark.parametrize("variant", ["dcgan", "hinge_sn", "modern"])
def test_everything_is_put_back(variant: str, scans: Digits):
    someone = patient(scans, variant)
    variables = [*someone.gan.variables, *someone.gan.optimizer.variables, *someone.gan.discriminator_optimizer.variables]
    before = [variable.numpy() for variable in variables]
    someone.examine()
    for variable, value in zip(variables, before, strict=True):
        assert np.array_equal(variable.numpy(), value), variable.path
    assert not tf.config.functions_run_eagerly()


def test_two_networks_alone_can_be_examined():
    images = np.random.default_rng(0).uniform(0, 255, (48, 28, 28, 1)).astype("float32")
    latent = keras.random.normal((48, LATENT))
    (found,) = examine(make_generator(), make_discriminator(), tf.constant(images), latent)
    assert found.id == "range_mismatch"
    assert found.evidence["generator_reaches"] == pytest.approx([-1, 1])


class Hidden(keras.Model):
    """A subclassed network whose layers say nothing of what stands between them."""

    def __init__(self, between: keras.layers.Layer) -> None:
        super().__init__()
        self.first, self.between, self.last = keras.layers.Dense(16), between, keras.layers.Dense(1)

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        return self.last(self.between(self.first(inputs)))


@pytest.mark.parametrize(
    ("between", "pairs"),
    [
        (keras.layers.Lambda(lambda x: 3 * x + 1), 1),
        (keras.layers.BatchNormalization(), 1),
        (keras.layers.Lambda(tf.nn.relu), 0),
        (keras.layers.LeakyReLU(negative_slope=0.2), 0),
    ],
)
def test_an_affine_map_is_measured_and_not_named(between: keras.layers.Layer, pairs: int):
    found = describe_network(Hidden(between), keras.random.normal((48, 8), seed=1))
    assert len(found["affine_pairs"]) == pairs
    assert found["weighted_layers"] == 2


def test_a_step_that_fails_is_told_with_its_message(scans: Digits):
    someone = patient(scans, "answer")
    object.__setattr__(someone.gan, "train_step", lambda batch: 1 / 0)
    (found,) = someone.examine()
    assert (found.id, found.evidence) == ("not_examined", {"message": "division by zero"})


def test_evidence_is_the_same_on_every_run(scans: Digits):
    def evidence() -> dict:
        keras.utils.clear_session()
        someone = patient(scans, "modern")
        return examination(someone.gan.generator, someone.gan.discriminator, someone._batch(np.arange(48)), someone.latent, someone.gan)

    assert evidence() == evidence()


def with_loss(loss_fn: object, activation: str | None = None) -> list[str]:
    keras.utils.set_random_seed(0)
    gan = GuideGAN(make_generator(), make_discriminator(activation))
    gan.compile(keras.optimizers.Adam(0.0003, 0.5), keras.optimizers.Adam(0.0003, 0.5), loss_fn)
    images = np.random.default_rng(0).uniform(-1, 1, (48, 28, 28, 1)).astype("float32")
    return [finding.id for finding in examine(gan.generator, gan.discriminator, tf.constant(images), keras.random.normal((48, LATENT)), gan)]


@pytest.mark.parametrize(
    ("loss_fn", "activation", "expected"),
    [
        (keras.losses.MeanSquaredError(), None, []),
        (keras.losses.MeanSquaredError(), "sigmoid", []),
        (keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2), None, []),
        (keras.losses.BinaryCrossentropy(), "sigmoid", []),
        (keras.losses.BinaryCrossentropy(), None, ["logits_as_probabilities"]),
        (lambda told, judged: tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(told, judged)), "sigmoid", ["double_activation"]),
    ],
)
def test_losses_of_gans_that_label_samples_1_are_judged_the_right_way_round(loss_fn: object, activation: str | None, expected: list[str]):
    assert with_loss(loss_fn, activation) == expected


def test_a_step_with_a_function_and_xla_inside_is_watched(scans: Digits):
    keras.utils.clear_session()
    someone = guide_patient(scans)
    object.__setattr__(someone.gan, "train_step", tf.function(someone.gan.train_step))
    rows = someone.train(2, 6).evidence["epochs"]
    assert [(row["steps"], row["looks"]) for row in rows] == [(6, 1), (6, 1)]
    compiled = guide_patient(scans)
    keras.Model.compile(compiled.gan, jit_compile=True)
    assert [row["generator_gradient"] > 0 for row in compiled.train(1, 20).evidence["epochs"]] == [True]
    assert compiled.gan.jit_compile


def test_weights_that_are_not_finite_are_named_before_training(scans: Digits):
    ill = patient(scans, "answer")
    kernel = ill.gan.generator.trainable_variables[0]
    kernel.assign(np.full(kernel.shape, np.nan))
    (found,) = ill.examine()
    assert (found.id, found.evidence) == ("not_finite", {"first": "the generator's weights", "epoch": 0})
