"""The gradients that one train_step passes to each optimiser, against gradients of the formulas written out here."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from pipeline.data.digits import Digits
from pipeline.gan import base, streams
from pipeline.gan.base import GAN, training_batches
from pipeline.gan.penalties import gradient_penalty, interpolate
from pipeline.settings.params import Settings
from tests.gan.arrays import close

MLP = {"network": "mlp", "generator_normalization": "none", "hidden_activation": "leaky_relu", "objective": "least_squares"}


def optimiser_gradients(gan: GAN, batch: tuple[tf.Tensor, tf.Tensor], monkeypatch: pytest.MonkeyPatch) -> list[list[np.ndarray]]:
    """The gradients of one step, of the discriminator and of the generator; the weights do not change."""
    gradients: list[list[np.ndarray]] = []
    for optimizer in (gan.discriminator_optimizer, gan.optimizer):
        monkeypatch.setattr(optimizer, "apply", lambda own, _: gradients.append([gradient.numpy() for gradient in own]))
    gan.train_step(batch)
    return gradients


def squared_norms(discriminate: Any, images: tf.Tensor) -> tf.Tensor:
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = discriminate({"image": images})
    return tf.reduce_sum(tape.gradient(outputs, images) ** 2, [1, 2, 3])


def discriminator_loss(gan: GAN, images: tf.Tensor, fakes: tf.Tensor) -> tf.Tensor:
    """(D(x) - 1)^2 + D(Gz)^2 and the penalties; samples pass through `fake_discriminator`."""
    variant, discriminate, fake_discriminator = gan.variant, gan.discriminator, gan.fake_discriminator
    loss = tf.reduce_mean((discriminate({"image": images}) - 1) ** 2) + tf.reduce_mean(fake_discriminator({"image": fakes}) ** 2)
    between = interpolate(images, fakes, tf.constant([gan.seed, streams.INTERPOLATIONS], tf.int64))
    loss += variant.r1_gamma / 2 * tf.reduce_mean(squared_norms(discriminate, images))
    loss += variant.r2_gamma / 2 * tf.reduce_mean(squared_norms(fake_discriminator, fakes))
    return loss + variant.gradient_penalty * tf.reduce_mean((tf.sqrt(squared_norms(discriminate, between)) - 1) ** 2)


CASES = [{}, {"r1_gamma": 2.0}, {"r2_gamma": 2.0}, {"gradient_penalty": 3.0}, {"share_discriminator": False}]
CASES += [{"r1_gamma": 1.0, "r2_gamma": 2.0, "gradient_penalty": 3.0, "spectral_normalization": True}]


@pytest.mark.parametrize("changes", CASES, ids=lambda changes: " ".join(changes) or "nothing")
def test_a_step_follows_the_formulas(settings: Settings, digits: Digits, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]) -> None:
    gan = GAN(settings.gan["answer"].model_copy(update=MLP | changes), 3, 1)
    (images, labels), *_ = training_batches(digits, gan.variant, 3).take(1)
    of_discriminator, of_generator = optimiser_gradients(gan, (images, labels), monkeypatch)
    gan.step.assign(0)  # the same latents again
    fakes = gan._generate(labels, 0)
    with tf.GradientTape() as tape:
        loss = discriminator_loss(gan, images, fakes)
    for got, expected in zip(of_discriminator, tape.gradient(loss, gan.discriminator.trainable_variables), strict=True):
        assert close(got, expected.numpy(), rel=1e-3, absolute=1e-5)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((gan.fake_discriminator({"image": gan._generate(labels, 1)}) - 1) ** 2)
    for got, expected in zip(of_generator, tape.gradient(loss, gan.generator.trainable_variables), strict=True):
        assert close(got, expected.numpy(), rel=1e-3, absolute=1e-6)


@pytest.mark.parametrize("name", ["r1_gamma", "r2_gamma", "gradient_penalty"])
def test_each_penalty_changes_the_step(settings: Settings, digits: Digits, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    without = settings.gan["answer"].model_copy(update=MLP)
    batch, *_ = training_batches(digits, without, 0).take(1)
    kernels = [optimiser_gradients(GAN(variant, 0, 1), batch, monkeypatch)[0][0] for variant in (without, without.model_copy(update={name: 1.0}))]
    assert np.abs(kernels[0] - kernels[1]).max() > 1e-3


def test_every_update_of_the_critic_interpolates_with_its_own_weights(settings: Settings, digits: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    variant = settings.gan["wgan_gp"].model_copy(update=MLP | {"critic_steps": 2})
    gan = GAN(variant, 7, 2)
    keys: list[tuple[int, ...]] = []

    def recorded(discriminate: Any, real: tf.Tensor, fake: tf.Tensor, weight: float, key: tf.Tensor) -> tf.Tensor:
        keys.append(tuple(key.numpy()))
        return gradient_penalty(discriminate, real, fake, weight, key)

    monkeypatch.setattr(base, "gradient_penalty", recorded)
    for batch in training_batches(digits, variant, 7).take(2):
        gan.train_step(batch)
    assert len(set(keys)) == 4
    assert {seed for seed, _ in keys} == {7}
    assert max(number for _, number in keys) < 0  # latents are drawn under numbers from 0 on
