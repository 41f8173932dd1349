"""What one train_step hands to each optimiser, against gradients of the formulas written out here."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from pipeline.data.digits import Digits
from pipeline.gan import base
from pipeline.gan.base import GAN, training_batches
from pipeline.gan.penalties import interpolate
from pipeline.settings.params import Settings

MLP = {"network": "mlp", "generator_normalization": "none", "hidden_activation": "leaky_relu", "objective": "least_squares"}


def handed_over(gan: GAN, batch: tuple[tf.Tensor, tf.Tensor], monkeypatch: pytest.MonkeyPatch) -> list[list[np.ndarray]]:
    """The gradients of one step, of the discriminator and of the generator; the weights stay."""
    given: list[list[np.ndarray]] = []
    for optimizer in (gan.discriminator_optimizer, gan.optimizer):
        monkeypatch.setattr(optimizer, "apply", lambda gradients, variables: given.append([gradient.numpy() for gradient in gradients]))
    gan.train_step(batch)
    return given


def squared_slopes(judge: Any, images: tf.Tensor) -> tf.Tensor:
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = judge({"image": images})
    return tf.reduce_sum(tape.gradient(outputs, images) ** 2, [1, 2, 3])


def discriminator_loss(gan: GAN, images: tf.Tensor, fakes: tf.Tensor) -> tf.Tensor:
    """(D(x) - 1)^2 + D(Gz)^2 and the penalties, Gz judged by the network that judges samples."""
    variant, judge, judge_of_fakes = gan.variant, gan.discriminator, gan.judge_of_fakes
    loss = tf.reduce_mean((judge({"image": images}) - 1) ** 2) + tf.reduce_mean(judge_of_fakes({"image": fakes}) ** 2)
    between = interpolate(images, fakes, tf.constant([gan.seed, base.INTERPOLATIONS], tf.int64))
    loss += variant.r1_gamma / 2 * tf.reduce_mean(squared_slopes(judge, images))
    loss += variant.r2_gamma / 2 * tf.reduce_mean(squared_slopes(judge_of_fakes, fakes))
    return loss + variant.gradient_penalty * tf.reduce_mean((tf.sqrt(squared_slopes(judge, between)) - 1) ** 2)


CASES = [{}, {"r1_gamma": 2.0}, {"r2_gamma": 2.0}, {"gradient_penalty": 3.0}, {"share_discriminator": False}]
CASES += [{"r1_gamma": 1.0, "r2_gamma": 2.0, "gradient_penalty": 3.0, "spectral_normalization": True}]


@pytest.mark.parametrize("changes", CASES, ids=lambda changes: " ".join(changes) or "nothing")
def test_a_step_follows_the_formulas(settings: Settings, digits: Digits, monkeypatch, changes: dict[str, Any]):
    gan = GAN(settings.gan["answer"].model_copy(update=MLP | changes), 3, 1)
    (images, labels), *_ = training_batches(digits, gan.variant, 3).take(1)
    of_discriminator, of_generator = handed_over(gan, (images, labels), monkeypatch)
    gan.step.assign(0)  # the same latents again
    fakes = gan._generate(labels, 0)
    with tf.GradientTape() as tape:
        loss = discriminator_loss(gan, images, fakes)
    for got, expected in zip(of_discriminator, tape.gradient(loss, gan.discriminator.trainable_variables), strict=True):
        assert got == pytest.approx(expected.numpy(), rel=1e-3, abs=1e-5)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((gan.judge_of_fakes({"image": gan._generate(labels, 1)}) - 1) ** 2)
    for got, expected in zip(of_generator, tape.gradient(loss, gan.generator.trainable_variables), strict=True):
        assert got == pytest.approx(expected.numpy(), rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("name", ["r1_gamma", "r2_gamma", "gradient_penalty"])
def test_each_penalty_changes_the_step(settings: Settings, digits: Digits, monkeypatch, name: str):
    without = settings.gan["answer"].model_copy(update=MLP)
    batch, *_ = training_batches(digits, without, 0).take(1)
    kernels = [handed_over(GAN(variant, 0, 1), batch, monkeypatch)[0][0] for variant in (without, without.model_copy(update={name: 1.0}))]
    assert np.abs(kernels[0] - kernels[1]).max() > 1e-3


def test_every_critic_step_interpolates_with_weights_of_its_own(settings: Settings, digits: Digits, monkeypatch):
    variant = settings.gan["wgan_gp"].model_copy(update=MLP | {"critic_steps": 2})
    gan, keys = GAN(variant, 7, 2), []
    original = base.gradient_penalty
    monkeypatch.setattr(base, "gradient_penalty", lambda *inputs: (keys.append(tuple(inputs[-1].numpy())), original(*inputs))[1])
    for batch in training_batches(digits, variant, 7).take(2):
        gan.train_step(batch)
    assert len(set(keys)) == 4
    assert {seed for seed, _ in keys} == {7}
    assert max(number for _, number in keys) < 0  # latents are drawn under numbers from 0 on
