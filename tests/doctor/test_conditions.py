"""Labels and rows on their way through a step: what does not belong together is named, and nothing where all is well."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from pipeline.doctor.attach import attach
from tests.sampled import sampled

BATCH, CLASSES = 40, 4
RANDOM = np.random.default_rng(0)
LABELS = RANDOM.integers(0, CLASSES, 240).astype("int32")
IMAGES = np.tanh(RANDOM.normal(size=(240, 4, 4, 1)) + LABELS[:, None, None, None] - 1.5).astype("float32")
Change = Callable[[Any], Any]


def same(rows: Any) -> Any:
    return rows


def noisy(rows: Any) -> Any:
    return rows + tf.random.normal(tf.shape(rows), stddev=0.2)


def redrawn(labels: Any) -> Any:
    return tf.random.uniform(tf.shape(labels), 0, CLASSES, labels.dtype)


def printed(rows: Any) -> None:
    tf.print(rows, summarize=0)


def little_of(rows: Any) -> Any:
    return 1e-4 * rows


class Gan:
    """A conditional GAN with a compiled step; each argument is a place to put a fault into."""

    def __init__(
        self,
        judged_as: Change = same,  # the labels that the discriminator is given beside samples
        judges: str = "labels",  # or "classes", as an auxiliary classifier, or "nothing"
        target: Change = same,  # the labels in the class loss of samples
        real_rows: Change = same,
        samples: Change = same,
        shares: str = "nothing",
        draws_in_vain: bool = False,
        says: Change = same,
        label_in_generator: Change = same,
        noise_in_generator: Change = same,
        labels: Any = LABELS,
        asked_for: Change = same,
    ) -> None:
        keras.utils.set_random_seed(0)
        noise, image, label = keras.Input((5,)), keras.Input((4, 4, 1)), keras.Input((), dtype="int32")
        tables = [layers.Embedding(CLASSES, 6)] * 2 if shares == "embedding" else [layers.Embedding(CLASSES, 6), layers.Embedding(CLASSES, 6)]
        blocks = [layers.Dense(22, "relu")] * 2 if shares == "block" else [layers.Dense(22, "relu"), layers.Dense(22, "relu")]
        of_noise = noise_in_generator(layers.Dense(16, "relu")(noise))
        drawn = layers.Dense(16, "tanh")(blocks[0](layers.Concatenate()([of_noise, label_in_generator(tables[0](label))])))
        self.generator = keras.Model([noise, label], layers.Reshape((4, 4, 1))(drawn), name="painter")
        seen = layers.Flatten()(image)
        hidden = blocks[1](layers.Concatenate()([seen, tables[1](label)]) if judges == "labels" else layers.Dense(22, "relu")(seen))
        outputs = [layers.Dense(1)(hidden), *([layers.Dense(CLASSES, "softmax")(hidden)] if judges == "classes" else [])]
        self.discriminator = keras.Model([image, label] if judges == "labels" else image, outputs, name="critic")
        self.judged_as, self.judges, self.target, self.real_rows, self.samples = judged_as, judges, target, real_rows, samples
        self.draws_in_vain, self.says, self.labels, self.asked_for = draws_in_vain, says, labels, asked_for
        self.optimizers = [keras.optimizers.Adam(0.001, 0.5), keras.optimizers.Adam(0.001, 0.5)]
        self.step = tf.function(self._step)

    def loss(self, images: Any, labels: Any, targets: Any, real: float) -> Any:
        given = [images, labels] if self.judges == "labels" else images
        outputs = self.discriminator(given, training=True)
        scores = outputs[0]
        loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.fill(tf.shape(scores), real), scores))
        if self.judges == "classes":
            loss += tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(targets, outputs[1]))
        return loss

    def _step(self, images: Any, labels: Any) -> Any:
        noise, asked_for = tf.random.normal((BATCH, 5)), self.asked_for(labels)
        with tf.GradientTape(persistent=True) as tape:
            drawn = self.generator([noise, asked_for], training=True)
            unused = self.generator([noise, labels], training=True) if self.draws_in_vain else 0.0
            samples = self.samples(drawn)
            judged_as, target = self.judged_as(asked_for), self.target(asked_for)
            of_generator = self.loss(samples, judged_as, target, 1.0)
            of_discriminator = self.loss(self.real_rows(images), labels, labels, 1.0) + self.loss(samples, judged_as, target, 0.0)
        for loss, network, optimizer in zip((of_discriminator, of_generator), (self.discriminator, self.generator), self.optimizers, strict=True):
            optimizer.apply(tape.gradient(loss, network.trainable_variables), network.trainable_variables)
        return self.says(unused) if self.says is not same else None

    def findings(self, steps: int = 4) -> list[tuple[str, str]]:
        random = np.random.default_rng(1)
        with attach() as doctor:
            for _ in range(steps):
                rows = random.integers(0, len(LABELS), BATCH)
                self.step(tf.constant(IMAGES[rows]), tf.constant(self.labels[rows]))
            report = doctor.report()
        return [(finding.severity, finding.id) for finding in report.findings if finding.severity != "note"]


FAULTS: dict[str, dict[str, Any]] = {
    "error condition_of_samples_differs": {"judged_as": redrawn},
    "error class_target_differs": {"judges": "classes", "target": redrawn},
    "warning condition_not_judged": {"judges": "nothing"},
    "warning only_real_rows_changed": {"real_rows": noisy},
    "warning only_samples_changed": {"samples": noisy},
    "warning unused_network_output": {"draws_in_vain": True},
    "error shared_weights": {"shares": "block"},
    "warning shared_embedding": {"shares": "embedding"},
}
HEALTHY: dict[str, dict[str, Any]] = {
    "labels beside samples": {},
    "an auxiliary classifier": {"judges": "classes"},
    "labels under other numbers": {"judged_as": lambda labels: CLASSES - 1 - labels},
    "both kinds of rows have noise": {"real_rows": noisy, "samples": noisy},
    "real rows are mirrored": {"real_rows": lambda rows: tf.image.random_flip_left_right(rows)},
    "outputs are printed": {"draws_in_vain": True, "says": printed},
    "outputs are returned": {"draws_in_vain": True, "says": lambda rows: {"preview": rows}},
}


@pytest.mark.parametrize("fault", sampled(FAULTS, [name for name in FAULTS if "samples_differs" in name]))
def test_a_fault_is_named_and_nothing_else(fault: str) -> None:
    assert Gan(**FAULTS[fault]).findings() == [tuple(fault.split())]


@pytest.mark.slow
@pytest.mark.parametrize("kind", HEALTHY)
def test_nothing_is_found_where_all_belongs_together(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert Gan(**HEALTHY[kind]).findings() == []


AFTER_TRAINING: dict[str, dict[str, Any]] = {
    "swapped_pairs_not_noticed": {"labels": RANDOM.permutation(LABELS)},
    "condition_ignored": {"label_in_generator": little_of},
    "latents_ignored": {"noise_in_generator": little_of},
    "same_labels_every_step": {"asked_for": lambda labels: tf.constant(RANDOM.integers(0, CLASSES, BATCH), tf.int32)},
    "constant_condition": {"labels": np.zeros_like(LABELS), "asked_for": redrawn},
    "": {},
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", AFTER_TRAINING)
def test_what_a_trained_network_ignores_is_named(fault: str) -> None:
    found = {name for _, name in Gan(**AFTER_TRAINING[fault]).findings(1100)}
    assert found & set(AFTER_TRAINING) == {fault} - {""}
