"""Examining a GAN leaves it unchanged, works without a train_step, and does not trust the names of layers."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.diagnosis.home.gans_under_test import GanUnderTest, guide_style_gan, own_gan
from benchmarks.diagnosis.home.guide_gan import LATENT, GuideGAN, make_discriminator, make_generator
from pipeline.data.digits import Digits
from pipeline.doctor.diagnosis.diagnose import diagnose
from pipeline.doctor.evidence.examination import examination
from pipeline.doctor.evidence.networks import describe_network
from pipeline.doctor.examine import examine
from tests.doctor.conftest import whole_settings

LADDER = {
    "asker": {"no_nonlinearity", "initial_scale", "double_activation", "samples_not_in_loss", "one_sided_range"},
    "asker_shared": {"no_nonlinearity", "initial_scale", "double_activation", "one_sided_range"},
    "asker_activation": {"initial_scale", "double_activation", "one_sided_range"},
    "asker_logits": {"no_nonlinearity", "initial_scale", "one_sided_range"},
    "asker_glorot": {"no_nonlinearity", "double_activation", "one_sided_range"},
    "asker_tanh": {"no_nonlinearity", "initial_scale", "double_activation"},
    "answer": set(),
}


def gan_under_test(scans: Digits, variant: str) -> GanUnderTest:
    changes = {"critic_steps": 2} if variant == "wgan_gp" else {}
    return own_gan(scans, whole_settings().gan[variant], **changes)


def distinct_variants() -> list[str]:
    """The variants of params.yaml that still differ when they are narrow and not trained."""
    unseen = {"training_images", "batch_size", "precision", "final_learning_rate_fraction", "ema_half_life_images"}
    names: dict[str, str] = {}
    variants = whole_settings().gan
    for name in sorted(variants, key=lambda name: name not in LADDER):  # of equal ones, the one whose findings are known
        variant = variants[name]
        widths = set() if variant.network == "mlp" else {"generator_width", "discriminator_width"}
        names.setdefault(variant.model_dump_json(exclude=unseen | widths), name)
    return list(names.values())


def test_variants_that_differ_in_what_is_examined_are_all_examined() -> None:
    assert {*LADDER, "answer_tuned", "dcgan", "hinge_sn", "wgan_gp", "modern"} <= set(distinct_variants())
    assert not {"asker_200", "best"} & set(distinct_variants())


LIKE_OTHERS = {"answer_cnn", "answer_tuned", "hinge_sn", "lsgan", "modern_unconditional"}  # faults are put into some, others share their parts


@pytest.mark.parametrize("variant", [pytest.param(name, marks=[pytest.mark.slow] if name in LIKE_OTHERS else []) for name in distinct_variants()])
def test_the_question_has_exactly_its_defects_other_variants_have_none_and_every_variable_is_restored(variant: str, scans: Digits) -> None:
    examined = gan_under_test(scans, variant)
    variables = [*examined.gan.variables, *examined.gan.optimizer.variables, *examined.gan.discriminator_optimizer.variables]
    before = [variable.numpy() for variable in variables]
    findings = examined.examine()
    assert {finding.id for finding in findings} == LADDER.get(variant, set())
    assert {finding.id for finding in findings if finding.severity != "error"} <= {"one_sided_range"}
    for variable, value in zip(variables, before, strict=True):
        assert np.array_equal(variable.numpy(), value), variable.path
    assert not tf.config.functions_run_eagerly()


def test_two_networks_alone_can_be_examined() -> None:
    images = np.random.default_rng(0).uniform(0, 255, (48, 28, 28, 1)).astype("float32")
    latent = keras.random.normal((48, LATENT))
    (found,) = examine(make_generator(), make_discriminator(), tf.constant(images), latent)
    assert found.id == "range_mismatch"
    assert found.evidence["generator_reaches"] == pytest.approx([-1, 1])


class Hidden(keras.Model):
    """A subclassed network: its list of layers does not show what stands between them."""

    def __init__(self, between: keras.layers.Layer) -> None:
        super().__init__()
        self.first, self.between, self.last = keras.layers.Dense(16), between, keras.layers.Dense(1)

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        return self.last(self.between(self.first(inputs)))


@pytest.mark.parametrize(
    ("between", "pairs"),
    [
        (keras.layers.Activation("tanh"), 0),
        (keras.layers.Lambda(lambda x: tf.nn.tanh(0.01 * x)), 0),  # straight for the usual inputs
        (keras.layers.Lambda(lambda x: tf.nn.relu(x + 5)), 0),  # above its threshold for the usual inputs
        (keras.layers.Lambda(lambda x: 3 * x + 1), 1),
        (keras.layers.BatchNormalization(), 1),
        (keras.layers.Lambda(tf.nn.relu), 0),
        (keras.layers.LeakyReLU(negative_slope=0.2), 0),
    ],
)
def test_an_affine_map_is_measured_and_not_named(between: keras.layers.Layer, pairs: int) -> None:
    measured = describe_network(Hidden(between), keras.random.normal((48, 8), seed=1))
    assert len(measured["affine_pairs"]) == pairs
    assert measured["weighted_layers"] == 2


@pytest.mark.parametrize("zero", [0, 1, 2])
def test_matrices_that_are_all_zero_are_listed(zero: int) -> None:
    network = Hidden(keras.layers.ReLU())
    inputs = keras.random.normal((48, 8), seed=1)
    network(inputs)
    kernels = [variable for variable in network.trainable_variables if len(variable.shape) > 1]
    for kernel in kernels[:zero]:
        kernel.assign(0 * kernel)
    measured = describe_network(network, inputs)
    assert (measured["kernels"], measured["zero_kernels"]) == (2, [kernel.path for kernel in kernels[:zero]])


def test_the_message_of_a_step_that_fails_is_reported(scans: Digits) -> None:
    examined = gan_under_test(scans, "answer")
    object.__setattr__(examined.gan, "train_step", lambda batch: 1 / 0)
    (found,) = examined.examine()
    assert (found.id, found.evidence) == ("not_examined", {"message": "division by zero"})


def test_a_batch_that_cannot_be_read_ends_nothing(scans: Digits) -> None:
    examined = gan_under_test(scans, "answer")
    before = examination(examined.gan.generator, examined.gan.discriminator, object(), examined.latent, examined.gan)
    assert list(before) == ["failure"]
    assert [finding.id for finding in diagnose({"before": before})] == ["not_examined"]


def test_evidence_is_the_same_on_every_run(scans: Digits) -> None:
    def evidence() -> dict[str, Any]:
        keras.utils.clear_session()
        examined = gan_under_test(scans, "answer")
        return examination(examined.gan.generator, examined.gan.discriminator, examined._batch(np.arange(48)), examined.latent, examined.gan)

    assert evidence() == evidence()


def hinge(labels: tf.Tensor, scores: tf.Tensor) -> tf.Tensor:
    """1 for rows of label 0, -1 for those of label 1."""
    return tf.reduce_mean(tf.nn.relu(1 - (1 - 2 * tf.round(labels)) * scores))


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
        (keras.losses.BinaryCrossentropy(), "tanh", ["logits_as_probabilities"]),
        (keras.losses.BinaryCrossentropy(label_smoothing=0.2), "sigmoid", []),
        (hinge, None, []),
        (hinge, "sigmoid", ["double_activation"]),
        (lambda labels, logits: tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)), "sigmoid", ["double_activation"]),
    ],
)
def test_losses_of_gans_that_label_samples_1_are_examined_the_right_way_round(loss_fn: object, activation: str | None, expected: list[str]) -> None:
    assert with_loss(loss_fn, activation) == expected


@pytest.mark.slow
def test_a_step_with_a_function_and_xla_inside_is_monitored(scans: Digits) -> None:
    keras.utils.clear_session()
    examined = guide_style_gan(scans)
    object.__setattr__(examined.gan, "train_step", tf.function(examined.gan.train_step))
    rows = examined.train(2, 6).evidence["epochs"]
    assert [(row["steps"], row["measured_steps"]) for row in rows] == [(6, 1), (6, 1)]
    compiled = guide_style_gan(scans)
    keras.Model.compile(compiled.gan, jit_compile=True)
    assert [row["generator_gradient"] > 0 for row in compiled.train(1, 20).evidence["epochs"]] == [True]
    assert compiled.gan.jit_compile


def test_weights_that_are_not_finite_are_named_before_training(scans: Digits) -> None:
    broken = gan_under_test(scans, "answer")
    kernel = broken.gan.generator.trainable_variables[0]
    kernel.assign(np.full(kernel.shape, np.nan))
    (found,) = broken.examine()
    assert (found.id, found.evidence) == ("not_finite", {"first": "the generator's weights", "epoch": 0})
