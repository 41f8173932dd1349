"""What each fault changes in a GAN, in a few lines. `faults` has their names and the findings that must name them."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.diagnosis.home.gans_under_test import GanUnderTest
from pipeline.gan.objectives import Losses


def _put(target: Any, name: str, value: Any) -> None:
    """Set an attribute of a Keras object without it being tracked."""
    object.__setattr__(target, name, value)


def _labels(gan_under_test: GanUnderTest) -> np.ndarray:
    if gan_under_test.labels is None:
        raise ValueError("expected a GAN whose data has labels, received one without; name another GAN in the list of faults")
    return gan_under_test.labels


def _objective(gan_under_test: GanUnderTest, change: Callable[[Any, Any, Losses], Losses]) -> None:
    objective = gan_under_test.gan.objective
    gan_under_test.gan.objective = lambda real, fake: change(real, fake, objective(real, fake))


def probabilities_expected(gan_under_test: GanUnderTest) -> None:
    gan_under_test.gan.loss_fn = keras.losses.BinaryCrossentropy(from_logits=False)


def frozen(gan_under_test: GanUnderTest) -> None:
    gan_under_test.gan.generator.trainable = False


def never_updated(gan_under_test: GanUnderTest) -> None:
    _put(gan_under_test.gan, "update_generator", lambda tape, loss: None)


def both_updated(gan_under_test: GanUnderTest) -> None:
    def update(tape: tf.GradientTape, loss: tf.Tensor) -> None:
        weights = gan_under_test.gan.generator.trainable_weights + gan_under_test.gan.discriminator.trainable_weights
        gan_under_test.gan.g_optimizer.build(weights)
        gan_under_test.gan.g_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))

    _put(gan_under_test.gan, "update_generator", update)


def wrong_sign(gan_under_test: GanUnderTest) -> None:
    _objective(gan_under_test, lambda real, fake, losses: losses._replace(generator=-losses.generator))


def swapped_labels(gan_under_test: GanUnderTest) -> None:
    _objective(gan_under_test, lambda real, fake, losses: losses._replace(discriminator=terms(fake, real)))

    def terms(real: Any, fake: Any) -> dict[str, Any]:
        return {"d_loss_real": tf.reduce_mean(tf.nn.softplus(-real)), "d_loss_fake": tf.reduce_mean(tf.nn.softplus(fake))}


def real_images_left_out(gan_under_test: GanUnderTest) -> None:
    _objective(gan_under_test, lambda real, fake, losses: losses._replace(discriminator=losses.discriminator | {"d_loss_real": tf.constant(0.0)}))


def gradient_stopped(gan_under_test: GanUnderTest) -> None:
    generate = gan_under_test.gan._generate
    _put(gan_under_test.gan, "_generate", lambda labels, turn: tf.stop_gradient(generate(labels, turn)))


def paired_with_all(gan_under_test: GanUnderTest) -> None:
    objective = gan_under_test.gan.objective
    gan_under_test.gan.objective = lambda real, fake: objective(real, fake[:, None])


def labels_flat(gan_under_test: GanUnderTest) -> None:
    guide_labels = gan_under_test.gan.labels
    logistic = tf.nn.sigmoid_cross_entropy_with_logits
    _put(gan_under_test.gan, "labels", lambda count: guide_labels(count)[:, 0])
    gan_under_test.gan.loss_fn = lambda labels, outputs: tf.reduce_mean(logistic(labels + 0 * outputs, outputs + tf.zeros_like(labels)))


def images_in_bytes(gan_under_test: GanUnderTest) -> None:
    gan_under_test.images, gan_under_test.held_out = (gan_under_test.images + 1) * 127.5, (gan_under_test.held_out + 1) * 127.5


def images_from_zero(gan_under_test: GanUnderTest) -> None:
    gan_under_test.images, gan_under_test.held_out = (gan_under_test.images + 1) / 2, (gan_under_test.held_out + 1) / 2


def images_scaled_twice(gan_under_test: GanUnderTest) -> None:
    gan_under_test.images, gan_under_test.held_out = (gan_under_test.images + 1) / 2 / 255, (gan_under_test.held_out + 1) / 2 / 255


def constant_images(gan_under_test: GanUnderTest) -> None:
    gan_under_test.images = np.repeat(gan_under_test.images[:1], len(gan_under_test.images), axis=0)


def zero_start(gan_under_test: GanUnderTest) -> None:
    for variable in gan_under_test.gan.generator.trainable_variables:
        variable.assign(0 * variable)


def dead_start(gan_under_test: GanUnderTest) -> None:
    for layer in gan_under_test.gan.generator.layers:
        if "hidden" in layer.name and hasattr(layer, "bias"):
            layer.bias.assign(layer.bias - 100)


def latent_ignored(gan_under_test: GanUnderTest) -> None:
    generator = gan_under_test.gan.generator
    call = generator.call
    _put(generator, "call", lambda latent, *given, **named: call(0 * latent, *given, **named))


def labels_ignored(gan_under_test: GanUnderTest) -> None:
    discriminator = gan_under_test.gan.discriminator
    call = discriminator.call
    _put(discriminator, "call", lambda given, *others, **named: call(given | {"label": 0 * given["label"]}, *others, **named))


def inference_mode(gan_under_test: GanUnderTest) -> None:
    generator = gan_under_test.gan.generator
    call = generator.call
    _put(generator, "call", lambda inputs, training=None, **named: call(inputs, training=False, **named))


def momentum(gan_under_test: GanUnderTest) -> None:
    for optimizer in (gan_under_test.gan.d_optimizer, gan_under_test.gan.g_optimizer):
        optimizer.beta_1 = 0.999


def nan_in_a_batch(gan_under_test: GanUnderTest) -> None:
    def spoil(step: int, images: np.ndarray) -> np.ndarray:
        return np.where(np.arange(len(images))[:, None, None, None] == 3, np.nan, images).astype("float32") if step == 70 else images

    gan_under_test.spoil = spoil


def root_of_nothing(gan_under_test: GanUnderTest) -> None:
    _objective(
        gan_under_test,
        lambda real, fake, losses: losses._replace(
            discriminator=losses.discriminator | {"d_loss_gap": tf.sqrt(tf.reduce_sum(tf.square(fake - fake)))}
        ),
    )


def sorted_by_class(gan_under_test: GanUnderTest) -> None:
    labels = _labels(gan_under_test)
    gan_under_test.order = lambda random, count: np.argsort(labels, kind="stable")


def few_images(gan_under_test: GanUnderTest) -> None:
    gan_under_test.images = gan_under_test.images[:64]
    gan_under_test.labels = None if gan_under_test.labels is None else gan_under_test.labels[:64]


def ones_only(gan_under_test: GanUnderTest) -> None:
    labels = _labels(gan_under_test)
    gan_under_test.images, gan_under_test.labels = gan_under_test.images[labels == 1], labels[labels == 1]


def labels_shuffled(gan_under_test: GanUnderTest) -> None:
    gan_under_test.labels = np.random.default_rng(0).permutation(_labels(gan_under_test))


def steep_loss(gan_under_test: GanUnderTest) -> None:
    def steep(losses: Losses) -> dict[str, Any]:
        return {name: 1e6 * term for name, term in losses.discriminator.items()}

    _objective(gan_under_test, lambda real, fake, losses: losses._replace(discriminator=steep(losses)))


def linear_layer(gan_under_test: GanUnderTest) -> None:
    next(layer for layer in gan_under_test.gan.generator.layers if hasattr(layer, "negative_slope")).negative_slope = 1.0


def noise_in_the_step(gan_under_test: GanUnderTest) -> None:
    train_step = gan_under_test.gan.train_step
    _put(gan_under_test.gan, "train_step", lambda images: train_step(images + 0.1 * tf.random.stateless_normal(tf.shape(images), (1, 2))))


def gradients_of_graphs(gan_under_test: GanUnderTest) -> None:
    def update(tape: tf.GradientTape, loss: tf.Tensor) -> None:
        weights = gan_under_test.gan.generator.trainable_weights
        gan_under_test.gan.g_optimizer.apply_gradients(zip(tf.gradients(loss, weights), weights, strict=True))

    _put(gan_under_test.gan, "update_generator", update)


def latent_faint(gan_under_test: GanUnderTest) -> None:
    for network in (gan_under_test.gan.generator, gan_under_test.gan.averaged_generator):
        _put(network, "call", lambda given, call=network.call, **named: call(given | {"latent": 0.001 * given["latent"]}, **named))


def noise_from_half_way(gan_under_test: GanUnderTest) -> None:
    def spoil(step: int, images: np.ndarray) -> np.ndarray:
        noise = np.random.default_rng(step).normal(0, 0.35, images.shape) if step >= 600 else 0
        return np.clip(images + noise, -1, 1).astype("float32")

    gan_under_test.spoil = spoil
