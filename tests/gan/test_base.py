"""The one train_step: who is updated by what, with which random numbers, and to which bytes."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.data.digits import Digits
from pipeline.gan.base import GAN, draw_latents, training_batches
from pipeline.settings.params import Settings, read_yaml
from pipeline.settings.variants import VariantSettings
from tests.conftest import ROOT

VARIANTS = [name for name in read_yaml(ROOT / "params.yaml")["gan"] if name != "defaults"]


def train(variant: VariantSettings, digits: Digits, steps: int, seed: int = 0) -> tuple[GAN, dict[str, float]]:
    gan = GAN(variant, seed, steps)
    history = gan.fit(training_batches(digits, variant, seed), epochs=1, steps_per_epoch=steps, shuffle=False, verbose=0)
    return gan, {name: values[-1] for name, values in history.history.items()}


def weights(network: keras.Model) -> list[np.ndarray]:
    return [weight.copy() for weight in network.get_weights()]


def differ(first: list[np.ndarray], second: list[np.ndarray]) -> bool:
    return any((a != b).any() for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_takes_a_real_step_and_records_what_it_declares(settings: Settings, digits: Digits, name: str):
    gan = GAN(settings.gan[name], 0, 2)
    before = weights(gan.generator), weights(gan.discriminator)
    logs = gan.fit(training_batches(digits, gan.variant, 0), epochs=1, steps_per_epoch=2, shuffle=False, verbose=0).history
    assert set(logs) == set(gan.recorded)
    assert all(np.isfinite(values).all() for values in logs.values())
    assert differ(before[0], weights(gan.generator))
    assert differ(before[1], weights(gan.discriminator))
    assert int(gan.step) == 2
    assert len(gan.optimizer.variables) > 2  # the generator's optimiser and no phantom one


def test_the_askers_second_discriminator_is_never_trained(settings: Settings, digits: Digits):
    gan = GAN(settings.gan["asker"], 0, 3)
    assert gan.judge_of_fakes is not gan.discriminator
    assert differ(weights(gan.judge_of_fakes), weights(gan.discriminator))
    before = weights(gan.judge_of_fakes)
    gan.fit(training_batches(digits, gan.variant, 0), epochs=1, steps_per_epoch=3, shuffle=False, verbose=0)
    assert not differ(before, weights(gan.judge_of_fakes))
    shared = GAN(settings.gan["answer"], 0, 3)
    assert shared.judge_of_fakes is shared.discriminator


def test_recorded_losses_are_means_over_the_epoch(settings: Settings, digits: Digits):
    """Not the last batch's: the mean of single steps, each trained from where the one before ended."""
    variant = settings.gan["answer"]
    gan, stepwise = GAN(variant, 0, 4), []
    for batch in training_batches(digits, variant, 0).take(4):
        gan.reset_metrics()
        stepwise.append({name: float(value) for name, value in gan.train_step(batch).items()})
    _, logs = train(variant, digits, 4)
    for name in logs:
        assert logs[name] == pytest.approx(np.mean([step[name] for step in stepwise]), rel=1e-4, abs=1e-5)
    assert logs["d_loss"] == pytest.approx(logs["d_loss_real"] + logs["d_loss_fake"], rel=1e-5)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(settings: Settings, digits: Digits):
    variant = settings.gan["modern"]
    first, again, other = (weights(train(variant, digits, 3, seed)[0].averaged_generator) for seed in (5, 5, 6))
    assert not differ(first, again)
    assert differ(first, other)


@pytest.mark.parametrize(
    ("changes", "decays"),
    [
        ({}, [2 / 11, 3 / 12, 4 / 13]),  # at first the warm-up, (1 + step) / (10 + step)
        ({"ema_half_life_images": 32, "critic_steps": 3}, [0.125] * 3),  # then 0.5^(96 images a step / 32)
    ],
)
def test_the_averaged_generator_follows_its_recurrence(settings: Settings, digits: Digits, changes: dict[str, int], decays: list[float]):
    variant = settings.gan["modern"].model_copy(update=changes)
    gan = GAN(variant, 0, 3)
    average = weights(gan.averaged_generator)
    assert not differ(average, weights(gan.generator))
    for decay, batch in zip(decays, training_batches(digits, variant, 0).take(3), strict=True):
        gan.train_step(batch)
        average = [decay * a + (1 - decay) * w for a, w in zip(average, weights(gan.generator), strict=True)]
        for expected, got in zip(average, weights(gan.averaged_generator), strict=True):
            assert got == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_without_averaging_the_generator_itself_draws_the_samples(settings: Settings):
    gan = GAN(settings.gan["answer"], 0, 1)
    assert gan.averaged_generator is gan.generator


def test_learning_rates_follow_a_half_cosine_to_the_final_fraction(settings: Settings):
    gan = GAN(settings.gan["modern"], 0, 100)
    schedule = gan.optimizer._learning_rate
    assert float(schedule(0)) == pytest.approx(2e-3)
    assert float(schedule(50)) == pytest.approx(2e-3 * (1 + 0.05) / 2)
    assert float(schedule(100)) == pytest.approx(2e-3 * 0.05)
    constant = GAN(settings.gan["asker"], 0, 100).discriminator_optimizer._learning_rate
    assert float(constant(99)) == pytest.approx(1e-3)


def test_latents_are_a_pure_function_of_seed_and_number(settings: Settings):
    uniform, normal = settings.gan["asker"], settings.gan["modern"]
    latents = draw_latents(uniform, 2000, 1, 2).numpy()
    assert latents.shape == (2000, 100)
    assert -1 <= latents.min() < -0.99
    assert 0.99 < latents.max() <= 1
    assert draw_latents(normal, 2000, 1, 2).numpy().std() == pytest.approx(1, abs=0.02)
    assert (latents == draw_latents(uniform, 2000, 1, 2).numpy()).all()
    for other in (draw_latents(uniform, 2000, 1, 3), draw_latents(uniform, 2000, 2, 2)):
        assert abs(np.corrcoef(latents.ravel(), other.numpy().ravel())[0, 1]) < 0.02


def test_discriminator_and_generator_step_use_latents_of_their_own(settings: Settings):
    gan = GAN(settings.gan["answer"], 0, 1)
    labels = tf.zeros(4, tf.int32)
    assert differ([gan._generate(labels, 0).numpy()], [gan._generate(labels, 1).numpy()])


def test_the_critic_takes_its_steps_on_images_of_its_own_before_the_generators_one(settings: Settings, digits: Digits):
    variant = settings.gan["wgan_gp"].model_copy(update={"batch_size": 4, "critic_steps": 3})
    gan = GAN(variant, 0, 2)
    (images, labels), *_ = training_batches(digits, variant, 0).take(1)
    assert images.shape[0] == labels.shape[0] == 12
    judged, turns = [], []
    step = gan._train_discriminator
    gan._train_discriminator = lambda x, y, turn: (judged.append(x.numpy()), turns.append(turn), step(x, y, turn))[-1]
    gan.train_step((images, labels))
    assert turns == [0, 1, 2]
    assert (np.concatenate(judged) == images.numpy()).all()
    assert int(gan.discriminator_optimizer.iterations) == 3
    assert int(gan.optimizer.iterations) == 1


def test_no_two_turns_share_their_random_numbers(settings: Settings):
    gan = GAN(settings.gan["wgan_gp"].model_copy(update={"critic_steps": 3}), 0, 2)
    numbers = []
    for _ in range(4):
        numbers += [int(gan._number(turn)) for turn in range(4)]
        gan.step.assign_add(1)
    assert numbers == list(range(16))


def test_the_critics_schedule_ends_with_its_own_last_step(settings: Settings):
    gan = GAN(settings.gan["wgan_gp"].model_copy(update={"critic_steps": 5, "final_learning_rate_fraction": 0.1}), 0, 100)
    rates = settings.gan["wgan_gp"].generator_learning_rate, settings.gan["wgan_gp"].discriminator_learning_rate
    assert float(gan.optimizer._learning_rate(100)) == pytest.approx(0.1 * rates[0])
    assert float(gan.discriminator_optimizer._learning_rate(500)) == pytest.approx(0.1 * rates[1])
    assert float(gan.discriminator_optimizer._learning_rate(250)) == pytest.approx(0.55 * rates[1])


def test_each_network_has_a_learning_rate_of_its_own(settings: Settings):
    variant = settings.gan["answer"].model_copy(update={"generator_learning_rate": 0.1, "discriminator_learning_rate": 0.2})
    gan = GAN(variant, 0, 1)
    assert float(gan.optimizer._learning_rate(0)) == pytest.approx(0.1)
    assert float(gan.discriminator_optimizer._learning_rate(0)) == pytest.approx(0.2)


def test_a_clipped_critic_stays_within_its_bound(settings: Settings, digits: Digits):
    variant = settings.gan["wgan_gp"].model_copy(update={"gradient_penalty": 0.0, "weight_clip": 0.01, "discriminator_learning_rate": 0.1})
    gan, _ = train(variant, digits, 2)
    kernels = [weight.numpy() for weight in gan.discriminator.trainable_variables if weight.name == "kernel"]
    assert max(np.abs(kernel).max() for kernel in kernels) == pytest.approx(0.01)


@pytest.mark.parametrize("name", ["modern", "hinge_sn"])
def test_mixed_bfloat16_trains_float32_weights(settings: Settings, digits: Digits, name: str):
    variant = settings.gan[name].model_copy(update={"precision": "mixed_bfloat16"})
    gan, logs = train(variant, digits, 2)
    assert {weight.dtype for weight in gan.generator.weights + gan.discriminator.weights} == {"float32"}
    networks = (gan.generator, gan.discriminator, gan.averaged_generator)
    assert [network.get_layer("hidden").compute_dtype for network in networks] == ["bfloat16", "bfloat16", "float32"]
    _, exact = train(settings.gan[name], digits, 2)
    assert logs == pytest.approx(exact, rel=0.03, abs=0.005)
    assert logs != exact


def test_regularisers_add_up(settings: Settings, digits: Digits):
    """Each is there by itself, and all of them together with spectral normalisation."""
    variant = settings.gan["lsgan"].model_copy(update={"network": "mlp", "generator_normalization": "none"})
    for changes in ({"gradient_penalty": 1.0}, {"r1_gamma": 1.0}, {"r2_gamma": 1.0}):
        assert train(variant.model_copy(update=changes), digits, 1)[1]["d_penalty"] > 0
    assert train(variant, digits, 1)[1]["d_penalty"] == 0
    everything = {"gradient_penalty": 1.0, "r1_gamma": 1.0, "r2_gamma": 1.0, "spectral_normalization": True}
    single = [train(variant.model_copy(update={"spectral_normalization": True, name: 1.0}), digits, 1)[1] for name in list(everything)[:3]]
    together = train(variant.model_copy(update=everything), digits, 1)[1]
    assert together["d_penalty"] == pytest.approx(sum(logs["d_penalty"] for logs in single), rel=1e-4)
