"""What faults do to a patient: a few lines each. `faults` says what they are called and which finding has to name them."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.diagnosis.gans_under_test import Patient
from pipeline.gan.objectives import Losses


def _put(target: Any, name: str, value: Any) -> None:
    """Set an attribute of a Keras object without it being tracked."""
    object.__setattr__(target, name, value)


def _objective(patient: Patient, change: Callable[[Any, Any, Losses], Losses]) -> None:
    objective = patient.gan.objective
    patient.gan.objective = lambda real, fake: change(real, fake, objective(real, fake))


def probabilities_expected(patient: Patient) -> None:
    patient.gan.loss_fn = keras.losses.BinaryCrossentropy(from_logits=False)


def frozen(patient: Patient) -> None:
    patient.gan.generator.trainable = False


def never_updated(patient: Patient) -> None:
    _put(patient.gan, "update_generator", lambda tape, loss: None)


def both_updated(patient: Patient) -> None:
    def update(tape: tf.GradientTape, loss: tf.Tensor) -> None:
        weights = patient.gan.generator.trainable_weights + patient.gan.discriminator.trainable_weights
        patient.gan.g_optimizer.build(weights)
        patient.gan.g_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))

    _put(patient.gan, "update_generator", update)


def wrong_sign(patient: Patient) -> None:
    _objective(patient, lambda real, fake, losses: losses._replace(generator=-losses.generator))


def swapped_labels(patient: Patient) -> None:
    _objective(patient, lambda real, fake, losses: losses._replace(discriminator=patient_terms(fake, real)))

    def patient_terms(real: Any, fake: Any) -> dict[str, Any]:
        return {"d_loss_real": tf.reduce_mean(tf.nn.softplus(-real)), "d_loss_fake": tf.reduce_mean(tf.nn.softplus(fake))}


def real_images_left_out(patient: Patient) -> None:
    _objective(patient, lambda real, fake, losses: losses._replace(discriminator=losses.discriminator | {"d_loss_real": tf.constant(0.0)}))


def gradient_stopped(patient: Patient) -> None:
    generate = patient.gan._generate
    _put(patient.gan, "_generate", lambda labels, turn: tf.stop_gradient(generate(labels, turn)))


def paired_with_all(patient: Patient) -> None:
    objective = patient.gan.objective
    patient.gan.objective = lambda real, fake: objective(real, fake[:, None])


def labels_flat(patient: Patient) -> None:
    labels = patient.gan.labels
    logistic = tf.nn.sigmoid_cross_entropy_with_logits
    _put(patient.gan, "labels", lambda count: labels(count)[:, 0])
    patient.gan.loss_fn = lambda told, judged: tf.reduce_mean(logistic(told + 0 * judged, judged + tf.zeros_like(told)))


def images_in_bytes(patient: Patient) -> None:
    patient.images, patient.held_out = (patient.images + 1) * 127.5, (patient.held_out + 1) * 127.5


def images_from_zero(patient: Patient) -> None:
    patient.images, patient.held_out = (patient.images + 1) / 2, (patient.held_out + 1) / 2


def constant_images(patient: Patient) -> None:
    patient.images = np.repeat(patient.images[:1], len(patient.images), axis=0)


def dead_start(patient: Patient) -> None:
    for layer in patient.gan.generator.layers:
        if "hidden" in layer.name and hasattr(layer, "bias"):
            layer.bias.assign(layer.bias - 100)


def latent_ignored(patient: Patient) -> None:
    generator = patient.gan.generator
    call = generator.call
    _put(generator, "call", lambda latent, *given, **named: call(0 * latent, *given, **named))


def labels_ignored(patient: Patient) -> None:
    discriminator = patient.gan.discriminator
    call = discriminator.call
    _put(discriminator, "call", lambda given, *others, **named: call(given | {"label": 0 * given["label"]}, *others, **named))


def inference_mode(patient: Patient) -> None:
    generator = patient.gan.generator
    call = generator.call
    _put(generator, "call", lambda inputs, training=None, **named: call(inputs, training=False, **named))


def momentum(patient: Patient) -> None:
    for optimizer in (patient.gan.d_optimizer, patient.gan.g_optimizer):
        optimizer.beta_1 = 0.999


def nan_in_a_batch(patient: Patient) -> None:
    def spoil(step: int, images: np.ndarray) -> np.ndarray:
        return np.where(np.arange(len(images))[:, None, None, None] == 3, np.nan, images).astype("float32") if step == 70 else images

    patient.spoil = spoil


def root_of_nothing(patient: Patient) -> None:
    _objective(
        patient,
        lambda real, fake, losses: losses._replace(
            discriminator=losses.discriminator | {"d_loss_gap": tf.sqrt(tf.reduce_sum(tf.square(fake - fake)))}
        ),
    )


def sorted_by_class(patient: Patient) -> None:
    labels = patient.labels
    patient.order = lambda random, count: np.argsort(labels, kind="stable")


def few_images(patient: Patient) -> None:
    patient.images = patient.images[:64]
    patient.labels = None if patient.labels is None else patient.labels[:64]


def ones_only(patient: Patient) -> None:
    patient.images, patient.labels = patient.images[patient.labels == 1], patient.labels[patient.labels == 1]


def labels_shuffled(patient: Patient) -> None:
    patient.labels = np.random.default_rng(0).permutation(patient.labels)


def steep_loss(patient: Patient) -> None:
    def steep(losses: Losses) -> dict[str, Any]:
        return {name: 1e6 * term for name, term in losses.discriminator.items()}

    _objective(patient, lambda real, fake, losses: losses._replace(discriminator=steep(losses)))


def linear_layer(patient: Patient) -> None:
    next(layer for layer in patient.gan.generator.layers if hasattr(layer, "negative_slope")).negative_slope = 1.0


def noise_in_the_step(patient: Patient) -> None:
    train_step = patient.gan.train_step
    _put(patient.gan, "train_step", lambda images: train_step(images + 0.1 * tf.random.stateless_normal(tf.shape(images), (1, 2))))


def gradients_of_graphs(patient: Patient) -> None:
    def update(tape: tf.GradientTape, loss: tf.Tensor) -> None:
        weights = patient.gan.generator.trainable_weights
        patient.gan.g_optimizer.apply_gradients(zip(tf.gradients(loss, weights), weights, strict=True))

    _put(patient.gan, "update_generator", update)


def latent_faint(patient: Patient) -> None:
    for network in (patient.gan.generator, patient.gan.averaged_generator):
        _put(network, "call", lambda given, call=network.call, **named: call(given | {"latent": 0.001 * given["latent"]}, **named))


def noise_from_half_way(patient: Patient) -> None:
    def spoil(step: int, images: np.ndarray) -> np.ndarray:
        noise = np.random.default_rng(step).normal(0, 0.35, images.shape) if step >= 600 else 0
        return np.clip(images + noise, -1, 1).astype("float32")

    patient.spoil = spoil
