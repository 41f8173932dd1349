"""Faults, each put into an otherwise healthy GAN by a few lines, with the finding that has to name it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from benchmarks.doctor.patients import Patient, guide_patient, own_patient
from pipeline.data import Digits
from pipeline.gan.objectives import Losses
from pipeline.params import Settings

BEFORE = 0  # the epoch in which a fault is named that shows in the built networks


class Fault(NamedTuple):
    """What is wrong, in which GAN, and which finding names it by which epoch (of so many steps) at the latest."""

    name: str
    gan: str
    finding: str
    by_epoch: int
    make: Callable[[Digits, Settings], Patient]
    steps: int = 60
    scored: bool = False  # by the digit classifier, after the last epoch


def healthy(gan: str) -> Callable[[Digits, Settings], Patient]:
    """The GAN without any fault."""
    return lambda digits, settings: guide_patient(digits) if gan == "guide" else own_patient(digits, settings.gan[gan])


def _set(gan: str, **changes: Any) -> Callable[[Digits, Settings], Patient]:
    return lambda digits, settings: own_patient(digits, settings.gan[gan], **changes)


def _with(gan: str, inject: Callable[[Patient], None]) -> Callable[[Digits, Settings], Patient]:
    def make(digits: Digits, settings: Settings) -> Patient:
        patient = healthy(gan)(digits, settings)
        inject(patient)
        return patient

    return make


def _put(target: Any, name: str, value: Any) -> None:
    """Set an attribute of a Keras object without it being tracked."""
    object.__setattr__(target, name, value)


def _objective(patient: Patient, change: Callable[[Any, Any, Losses], Losses]) -> None:
    objective = patient.gan.objective
    patient.gan.objective = lambda real, fake: change(real, fake, objective(real, fake))


def _probabilities_expected(patient: Patient) -> None:
    patient.gan.loss_fn = keras.losses.BinaryCrossentropy(from_logits=False)


def _frozen(patient: Patient) -> None:
    patient.gan.generator.trainable = False


def _never_updated(patient: Patient) -> None:
    _put(patient.gan, "update_generator", lambda tape, loss: None)


def _both_updated(patient: Patient) -> None:
    def update(tape: tf.GradientTape, loss: tf.Tensor) -> None:
        weights = patient.gan.generator.trainable_weights + patient.gan.discriminator.trainable_weights
        patient.gan.g_optimizer.build(weights)
        patient.gan.g_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))

    _put(patient.gan, "update_generator", update)


def _wrong_sign(patient: Patient) -> None:
    _objective(patient, lambda real, fake, losses: losses._replace(generator=-losses.generator))


def _swapped_labels(patient: Patient) -> None:
    _objective(patient, lambda real, fake, losses: losses._replace(discriminator=patient_terms(fake, real)))

    def patient_terms(real: Any, fake: Any) -> dict[str, Any]:
        return {"d_loss_real": tf.reduce_mean(tf.nn.softplus(-real)), "d_loss_fake": tf.reduce_mean(tf.nn.softplus(fake))}


def _gradient_stopped(patient: Patient) -> None:
    generate = patient.gan._generate
    _put(patient.gan, "_generate", lambda labels, turn: tf.stop_gradient(generate(labels, turn)))


def _paired_with_all(patient: Patient) -> None:
    objective = patient.gan.objective
    patient.gan.objective = lambda real, fake: objective(real, fake[:, None])


def _labels_flat(patient: Patient) -> None:
    labels = patient.gan.labels
    logistic = tf.nn.sigmoid_cross_entropy_with_logits
    _put(patient.gan, "labels", lambda count: labels(count)[:, 0])
    patient.gan.loss_fn = lambda told, judged: tf.reduce_mean(logistic(told + 0 * judged, judged + tf.zeros_like(told)))


def _images_in_bytes(patient: Patient) -> None:
    patient.images, patient.held_out = (patient.images + 1) * 127.5, (patient.held_out + 1) * 127.5


def _images_from_zero(patient: Patient) -> None:
    patient.images, patient.held_out = (patient.images + 1) / 2, (patient.held_out + 1) / 2


def _constant_images(patient: Patient) -> None:
    patient.images = np.repeat(patient.images[:1], len(patient.images), axis=0)


def _dead_start(patient: Patient) -> None:
    for layer in patient.gan.generator.layers:
        if "hidden" in layer.name and hasattr(layer, "bias"):
            layer.bias.assign(layer.bias - 100)


def _latent_ignored(patient: Patient) -> None:
    generator = patient.gan.generator
    call = generator.call
    _put(generator, "call", lambda latent, *given, **named: call(0 * latent, *given, **named))


def _labels_ignored(patient: Patient) -> None:
    discriminator = patient.gan.discriminator
    call = discriminator.call
    _put(discriminator, "call", lambda given, *others, **named: call(given | {"label": 0 * given["label"]}, *others, **named))


def _inference_mode(patient: Patient) -> None:
    generator = patient.gan.generator
    call = generator.call
    _put(generator, "call", lambda inputs, training=None, **named: call(inputs, training=False, **named))


def _momentum(patient: Patient) -> None:
    for optimizer in (patient.gan.d_optimizer, patient.gan.g_optimizer):
        optimizer.beta_1 = 0.999


def _nan_in_a_batch(patient: Patient) -> None:
    def spoil(step: int, images: np.ndarray) -> np.ndarray:
        return np.where(np.arange(len(images))[:, None, None, None] == 3, np.nan, images).astype("float32") if step == 70 else images

    patient.spoil = spoil


def _root_of_nothing(patient: Patient) -> None:
    _objective(
        patient,
        lambda real, fake, losses: losses._replace(
            discriminator=losses.discriminator | {"d_loss_gap": tf.sqrt(tf.reduce_sum(tf.square(fake - fake)))}
        ),
    )


def _sorted(patient: Patient) -> None:
    labels = patient.labels
    patient.order = lambda random, count: np.argsort(labels, kind="stable")


def _few_images(patient: Patient) -> None:
    patient.images = patient.images[:64]
    patient.labels = None if patient.labels is None else patient.labels[:64]


def _ones_only(patient: Patient) -> None:
    patient.images, patient.labels = patient.images[patient.labels == 1], patient.labels[patient.labels == 1]


def _labels_shuffled(patient: Patient) -> None:
    patient.labels = np.random.default_rng(0).permutation(patient.labels)


def _steep_loss(patient: Patient) -> None:
    def steep(losses: Losses) -> dict[str, Any]:
        return {name: 1e6 * term for name, term in losses.discriminator.items()}

    _objective(patient, lambda real, fake, losses: losses._replace(discriminator=steep(losses)))


FAULTS = (
    Fault("sigmoid before a loss of logits", "guide", "double_activation", BEFORE, lambda digits, _: guide_patient(digits, activation="sigmoid")),
    Fault("sigmoid before the hinge loss", "hinge_sn", "double_activation", BEFORE, _set("hinge_sn", discriminator_activation="sigmoid")),
    Fault("logits into a loss of probabilities", "guide", "logits_as_probabilities", BEFORE, _with("guide", _probabilities_expected)),
    Fault("no activation in either network", "answer", "no_nonlinearity", BEFORE, _set("answer", hidden_activation="linear")),
    Fault("weights from N(0, 1)", "answer", "initial_scale", BEFORE, _set("answer", initializer="normal")),
    Fault("samples judged by a second discriminator", "lsgan", "samples_not_judged", BEFORE, _set("lsgan", share_discriminator=False)),
    Fault("frozen generator", "guide", "frozen_network", BEFORE, _with("guide", _frozen)),
    Fault("generator's optimiser never called", "guide", "not_updated", BEFORE, _with("guide", _never_updated)),
    Fault("generator's update moves the discriminator", "guide", "other_network_updated", BEFORE, _with("guide", _both_updated)),
    Fault("wrong sign of the generator's loss", "lsgan", "generator_sign", BEFORE, _with("lsgan", _wrong_sign)),
    Fault("labels of real and fake swapped", "answer", "labels_swapped", BEFORE, _with("answer", _swapped_labels)),
    Fault("samples cut off by stop_gradient", "hinge_sn", "gradient_cut", BEFORE, _with("hinge_sn", _gradient_stopped)),
    Fault("(n,) against (n, 1) in a pairing loss", "modern", "broadcast_outputs", BEFORE, _with("modern", _paired_with_all)),
    Fault("(2n,) labels against (2n, 1) logits", "guide", "broadcast_outputs", BEFORE, _with("guide", _labels_flat)),
    Fault("images in [0, 255]", "answer", "range_mismatch", BEFORE, _with("answer", _images_in_bytes)),
    Fault("images in [0, 1] for tanh", "modern", "range_unused", BEFORE, _with("modern", _images_from_zero)),
    Fault("all images the same", "lsgan", "constant_data", BEFORE, _with("lsgan", _constant_images)),
    Fault("ReLUs dead from the start", "answer", "dead_units", BEFORE, _with("answer", _dead_start)),
    Fault("latents do not reach the generator", "guide", "ignored_input", BEFORE, _with("guide", _latent_ignored)),
    Fault("labels do not reach the discriminator", "modern", "ignored_input", BEFORE, _with("modern", _labels_ignored)),
    Fault("batch normalisation in inference mode", "dcgan", "inference_batch_norm", BEFORE, _with("dcgan", _inference_mode)),
    Fault(
        "batch normalisation under R1",
        "dcgan",
        "batch_statistics_under_penalty",
        BEFORE,
        _set("dcgan", r1_gamma=1.0),
    ),
    Fault(
        "batch normalisation of samples and real images together",
        "guide",
        "batch_statistics_of_a_mixture",
        BEFORE,
        lambda digits, _: guide_patient(digits, batch_normalization=True),
    ),
    Fault("discriminator's learning rate x 100", "dcgan", "learning_rate", BEFORE, _set("dcgan", discriminator_learning_rate=0.02)),
    Fault("β1 = 0.999", "guide", "momentum", BEFORE, _with("guide", _momentum)),
    Fault("not a number in a batch", "modern", "not_finite", 2, _with("modern", _nan_in_a_batch)),
    Fault("root of zero in the loss", "lsgan", "not_finite", 2, _with("lsgan", _root_of_nothing)),
    Fault("batches sorted by class", "answer_tuned", "sorted_batches", 2, _with("answer_tuned", _sorted), 160),
    Fault("loss a million times as steep", "hinge_sn", "exploding_gradients", 2, _with("hinge_sn", _steep_loss)),
    Fault("one class only", "answer_tuned", "class_collapse", 2, _with("answer_tuned", _ones_only), 600, scored=True),
    Fault("labels of other images", "modern", "labels_not_followed", 2, _with("modern", _labels_shuffled), 300, scored=True),
    Fault("64 images only", "modern", "discriminator_remembers", 2, _with("modern", _few_images)),
)
