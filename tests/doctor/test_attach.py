"""attach(): in a loop of the user's own it finds what is wrong, in the right line, and nothing where nothing is wrong."""

import json
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from pipeline.doctor.attach import TrainingStopped, attach
from pipeline.doctor.diagnosis.loss_bands import BANDS
from pipeline.doctor.report import Report, report_json
from pipeline.doctor.tracing import session
from tests.doctor.tracing.small_gans import in_graph
from tests.sampled import sampled

POINTS = np.random.default_rng(0).uniform(-1, 1, (240, 4)).astype("float32")
KINDS = np.eye(3, dtype="float32")[np.arange(240) % 3]
BATCH = 24
Loss = Callable[[Any], Any]


def real_is_one(scores: Any) -> Any:
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.ones_like(scores), scores))


def fake_is_zero(scores: Any) -> Any:
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.zeros_like(scores), scores))


class Gan:
    """Two dense networks with a compiled step; each argument is a place to put a fault into."""

    def __init__(
        self,
        activation: str | None = None,
        kernel: str = "glorot_uniform",
        real_loss: Loss = real_is_one,
        fake_loss: Loss = fake_is_zero,
        generator_loss: Loss = real_is_one,
        points: Any = POINTS,
        drawn: Loss = lambda raw: raw,
        drawn_in_generators_turn: Loss | None = None,
        fooled_by: str = "samples",
        conditional: bool = False,
        asked_for: Loss = lambda kinds: kinds,
        updates_generator: bool = True,
    ) -> None:
        keras.utils.set_random_seed(0)
        more = 3 if conditional else 0
        self.generator = keras.Sequential([keras.Input((5 + more,)), layers.Dense(16, "relu"), layers.Dense(4, "tanh")])
        hidden = layers.Dense(16, "leaky_relu", kernel_initializer=kernel)
        self.discriminator = keras.Sequential([keras.Input((4 + more,)), hidden, layers.Dense(1, activation, kernel_initializer=kernel)])
        self.of_generator, self.of_discriminator = keras.optimizers.Adam(0.001, 0.5), keras.optimizers.Adam(0.001, 0.5)
        self.real_loss, self.fake_loss, self.generator_loss, self.fooled_by = real_loss, fake_loss, generator_loss, fooled_by
        self.points, self.drawn, self.conditional, self.asked_for = points, drawn, conditional, asked_for
        self.drawn_in_generators_turn = drawn_in_generators_turn or drawn
        self.updates_generator = updates_generator
        self.step = tf.function(self._step)

    def beside(self, rows: Any, kinds: Any) -> Any:
        return tf.concat([rows, kinds], 1) if self.conditional else rows

    def _step(self, real: Any, kinds: Any) -> None:
        latents = tf.random.normal((BATCH, 5))
        with tf.GradientTape() as tape:
            samples = self.drawn(self.generator(self.beside(latents, kinds), training=True))
            of_real = self.discriminator(self.beside(real, kinds), training=True)
            of_fake = self.discriminator(self.beside(samples, kinds), training=True)
            loss = self.real_loss(of_real) + self.fake_loss(of_fake)
        weights = self.discriminator.trainable_variables
        self.of_discriminator.apply(tape.gradient(loss, weights), weights)
        with tf.GradientTape() as tape:
            kinds = self.asked_for(kinds)
            samples = self.drawn_in_generators_turn(self.generator(self.beside(latents, kinds), training=True))
            fake = self.discriminator(self.beside(samples, kinds), training=True)
            judged = self.discriminator(self.beside(real, kinds), training=True) if self.fooled_by == "real" else fake
            loss = self.generator_loss(judged) + tf.reduce_mean(samples**2)
        weights = self.generator.trainable_variables
        if self.updates_generator:
            self.of_generator.apply(tape.gradient(loss, weights), weights)

    def train(self, steps: int) -> None:
        random = np.random.default_rng(1)
        for _ in range(steps):
            rows = random.integers(0, len(self.points), BATCH)
            self.step(tf.constant(self.points[rows]), tf.constant(KINDS[rows]))


def diagnosed(gan: Gan, steps: int = 3) -> Report:
    with attach() as doctor:
        gan.train(steps)
        return doctor.report()


FAULTS: dict[str, dict[str, Any]] = {
    "double_activation": {"activation": "sigmoid"},
    "logits_as_probabilities": {
        "real_loss": lambda scores: keras.losses.BinaryCrossentropy()(tf.ones_like(scores), scores),
        "fake_loss": lambda scores: keras.losses.BinaryCrossentropy()(tf.zeros_like(scores), scores),
    },
    "zero_weights": {"kernel": "zeros"},
    "generator_sign": {"generator_loss": fake_is_zero},
    "labels_swapped": {"real_loss": fake_is_zero, "fake_loss": real_is_one},
    "real_images_not_in_loss": {"real_loss": lambda scores: 0.0},
    "samples_not_in_loss": {"fake_loss": lambda scores: 0.0},
    "unbounded_critic": {"real_loss": lambda scores: -tf.reduce_mean(scores), "fake_loss": tf.reduce_mean},
    "range_mismatch": {"points": POINTS * 3},
    "scaled_twice": {"points": POINTS / 127.5},
    "samples_differ_between_turns": {
        "drawn": tf.nn.softmax,
        "drawn_in_generators_turn": lambda raw: raw,
        "points": tf.nn.softmax(POINTS * 3).numpy(),
    },
    "generator_loss_without_samples": {"fooled_by": "real"},
    "not_updated": {"updates_generator": False},
}


@pytest.mark.parametrize("fault", sampled(FAULTS, ["double_activation"]))
def test_a_fault_is_named_and_no_other_error(fault: str) -> None:
    steps = 200 if fault in ("generator_sign", "not_updated") else 3  # where later looks must confirm it
    findings = {finding.id: finding for finding in diagnosed(Gan(**FAULTS[fault]), steps).findings if finding.severity == "error"}
    assert set(findings) == {fault}
    assert "test_attach.py:" in findings[fault].where


HEALTHY: dict[str, dict[str, Any]] = {
    "plain": {},
    "least squares": {
        "real_loss": lambda scores: tf.reduce_mean((scores - 1) ** 2),
        "fake_loss": lambda scores: tf.reduce_mean(scores**2),
        "generator_loss": lambda scores: tf.reduce_mean((scores - 1) ** 2),
    },
    "least squares, and samples are labelled one": {
        "real_loss": lambda scores: tf.reduce_mean(scores**2),
        "fake_loss": lambda scores: tf.reduce_mean((scores - 1) ** 2),
        "generator_loss": lambda scores: tf.reduce_mean(scores**2),
    },
    "samples are labelled one": {"real_loss": fake_is_zero, "fake_loss": real_is_one, "generator_loss": fake_is_zero},
    "minimax with logarithms": {
        "activation": "sigmoid",
        "real_loss": lambda scores: -tf.reduce_mean(tf.math.log(scores + 1e-8)),
        "fake_loss": lambda scores: -tf.reduce_mean(tf.math.log(1 - scores + 1e-8)),
        "generator_loss": lambda scores: tf.reduce_mean(tf.math.log(1 - scores + 1e-8)),
    },
    "Keras goes back to the logits": {
        "activation": "sigmoid",
        "real_loss": lambda scores: keras.losses.BinaryCrossentropy(from_logits=True)(tf.ones_like(scores), scores),
        "fake_loss": lambda scores: keras.losses.BinaryCrossentropy(from_logits=True)(tf.zeros_like(scores), scores),
        "generator_loss": lambda scores: keras.losses.BinaryCrossentropy(from_logits=True)(tf.ones_like(scores), scores),
    },
    "Keras goes back to the logits behind a softmax of one": {
        "activation": "softmax",
        "conditional": True,
        "real_loss": lambda scores: keras.losses.BinaryCrossentropy(from_logits=True)(tf.ones_like(scores), scores),
        "fake_loss": lambda scores: keras.losses.BinaryCrossentropy(from_logits=True)(tf.zeros_like(scores), scores),
        "generator_loss": lambda scores: keras.losses.BinaryCrossentropy(from_logits=True)(tf.ones_like(scores), scores),
    },
    "activated outside of the network": {"drawn": tf.tanh},
    "conditional": {"conditional": True},
}


@pytest.mark.parametrize("kind", sampled(HEALTHY, ["Keras goes back to the logits"]))
@pytest.mark.filterwarnings("ignore:.*from_logits=True.*:UserWarning", "ignore:.*You are using a softmax over axis.*:UserWarning")
def test_nothing_is_found_in_a_healthy_gan(kind: str) -> None:
    report = diagnosed(Gan(**HEALTHY[kind]), 130)
    assert [finding.id for finding in report.findings if finding.severity != "note"] == []
    assert not report.not_checked
    assert len(report.checked) >= 7


@pytest.mark.slow
def test_losses_are_compared_once_a_training_is_long_enough() -> None:
    young, grown = (diagnosed(Gan(), steps) for steps in (300, 1300))
    assert "it is too early to compare" in young.losses[0]["sentence"]
    (losses,) = grown.losses
    assert losses["sentence"].startswith("Logistic, non-saturating. Discriminator 1.")
    assert losses["discriminator_band"] == pytest.approx(BANDS["logistic"]["discriminator"], rel=0.01)
    assert losses["generator_band"] is None  # its loss has another term
    assert losses["sentence"] in " ".join(str(grown).split())
    assert json.loads(report_json(grown))["losses"] == [json.loads(json.dumps(losses))]


@pytest.mark.slow
def test_losses_that_are_not_finite_from_the_start_are_said_to_be_so() -> None:
    broken: Loss = lambda scores: float("nan") * tf.reduce_mean(scores)  # noqa: E731
    (losses,) = diagnosed(Gan(real_loss=broken, generator_loss=broken), 200).losses
    assert "The last losses are not finite, first in " in losses["sentence"]
    assert (losses["discriminator"], losses["generator"]) == (None, None)


@pytest.mark.slow
def test_a_condition_must_be_constant_in_several_looks() -> None:
    asks_for_one: dict[str, Any] = {"conditional": True, "asked_for": lambda kinds: tf.one_hot(tf.zeros(BATCH, tf.int32), 3)}
    assert "constant_condition" not in [finding.id for finding in diagnosed(Gan(**asks_for_one), 3).findings]
    assert "constant_condition" in [finding.id for finding in diagnosed(Gan(**asks_for_one), 300).findings]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "found"),
    [
        ([layers.BatchNormalization], True),
        ([lambda: layers.Dense(16), layers.BatchNormalization], True),
        ([lambda: layers.Dense(16, "leaky_relu"), layers.BatchNormalization], False),
    ],
)
def test_a_discriminator_that_normalises_first_sees_no_scale(first: list[Callable[[], Any]], found: bool) -> None:
    gan = Gan()
    gan.discriminator = keras.Sequential([keras.Input((4,)), *(layer() for layer in first), layers.Dense(16, "leaky_relu"), layers.Dense(1)])
    assert ("scale_not_seen" in [finding.id for finding in diagnosed(gan).findings]) == found


@pytest.mark.slow
def test_a_class_that_never_occurs_is_no_constant_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "KINDS", np.eye(3, dtype="float32")[np.arange(240) % 2])
    assert [finding.id for finding in diagnosed(Gan(conditional=True), 300).findings if finding.severity != "note"] == []


@pytest.mark.slow
def test_a_step_that_cannot_be_run_again_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Any] = []
    traces: Any = vars(session)["Traces"]

    def counted(*given: Any) -> Any:
        tried.append(given)
        return traces(*given)

    monkeypatch.setattr(session, "Traces", counted)
    gan, batches = Gan(), iter(tf.data.Dataset.from_tensor_slices((POINTS, KINDS)).batch(BATCH).repeat())

    def drawing() -> None:
        gan._step(*next(batches))

    step = in_graph(drawing)
    with attach() as doctor:
        for _ in range(200):
            step()
        assert doctor.steps == 200
        assert "a second run of the training step" in doctor.report().not_checked
    assert len(tried) == 1


def test_training_is_stopped_at_an_error_where_asked() -> None:
    with attach(stop_on="error") as doctor, pytest.raises(TrainingStopped) as stopped:
        Gan(activation="sigmoid").train(50)
    assert stopped.value.code == 3
    assert doctor.steps < 50
