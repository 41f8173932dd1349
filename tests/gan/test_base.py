"""The one train_step: which network an update changes, with which random numbers, and to which bytes."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.data.batches import orders
from pipeline.data.digits import Digits
from pipeline.data.pixels import to_bytes, to_float
from pipeline.gan.base import GAN, draw_latents, image_low, training_batches
from pipeline.gan.probe_inputs import probe_inputs
from pipeline.settings.params import Settings
from pipeline.settings.variants import VariantSettings
from pipeline.settings.yaml_file import read_yaml
from tests.conftest import ROOT, shrink
from tests.gan.arrays import close

VARIANTS = Settings.model_validate(shrink(read_yaml(ROOT / "params.yaml"))).gan
DISTINCT = [name for name, variant in VARIANTS.items() if name == next(first for first, same in VARIANTS.items() if same == variant)]


def take_steps(variant: VariantSettings, digits: Digits, steps: int, seed: int = 0) -> tuple[GAN, dict[str, float]]:
    """A GAN after so many steps, and the means that they recorded. Without a compiled graph, which takes seconds to build."""
    gan = GAN(variant, seed, steps)
    for batch in training_batches(digits, variant, seed).take(steps):
        logs = gan.train_step(batch)
    return gan, {name: float(value) for name, value in logs.items()}


def fit(variant: VariantSettings, digits: Digits, steps: int, seed: int = 0) -> tuple[GAN, dict[str, float]]:
    """The same with a compiled graph, as the stage trains."""
    gan = GAN(variant, seed, steps)
    history = gan.fit(training_batches(digits, variant, seed), epochs=1, steps_per_epoch=steps, shuffle=False, verbose=0)
    return gan, {name: values[-1] for name, values in history.history.items()}


def weights(network: keras.Model) -> list[np.ndarray]:
    return [weight.copy() for weight in network.get_weights()]


def differ(first: list[np.ndarray], second: list[np.ndarray]) -> bool:
    return any((a != b).any() for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("name", DISTINCT)
def test_every_variant_takes_a_real_step_and_records_what_it_declares(settings: Settings, digits: Digits, name: str) -> None:
    gan = GAN(settings.gan[name], 0, 2)
    before = weights(gan.generator), weights(gan.discriminator)
    (batch,) = training_batches(digits, gan.variant, 0).take(1)
    logs = gan.train_step(batch)
    assert set(logs) == set(gan.recorded)
    assert all(np.isfinite(float(value)) for value in logs.values())
    assert differ(before[0], weights(gan.generator))
    assert differ(before[1], weights(gan.discriminator))
    assert int(gan.step) == 1
    assert len(gan.optimizer.variables) > 2  # the generator's optimiser, and not one that Keras made by default


def test_the_askers_second_discriminator_is_never_trained(settings: Settings, digits: Digits) -> None:
    gan = GAN(settings.gan["asker"], 0, 3)
    assert gan.fake_discriminator is not gan.discriminator
    assert differ(weights(gan.fake_discriminator), weights(gan.discriminator))
    before = weights(gan.fake_discriminator)
    for batch in training_batches(digits, gan.variant, 0).take(3):
        gan.train_step(batch)
    assert not differ(before, weights(gan.fake_discriminator))
    shared = GAN(settings.gan["answer"], 0, 3)
    assert shared.fake_discriminator is shared.discriminator
    assert shared.averaged_generator is shared.generator  # without averaging


def test_recorded_losses_are_means_over_the_epoch(settings: Settings, digits: Digits) -> None:
    """Not the last batch's: the mean of single steps, each trained from where the one before ended."""
    variant = settings.gan["answer"]
    gan, stepwise = GAN(variant, 0, 4), []
    for batch in training_batches(digits, variant, 0).take(4):
        gan.reset_metrics()
        stepwise.append({name: float(value) for name, value in gan.train_step(batch).items()})
    _, logs = fit(variant, digits, 4)
    for name in logs:
        assert logs[name] == pytest.approx(np.mean([step[name] for step in stepwise]), rel=1e-4, abs=1e-5)
    assert logs["d_loss"] == pytest.approx(logs["d_loss_real"] + logs["d_loss_fake"], rel=1e-5)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(settings: Settings, digits: Digits) -> None:
    variant = settings.gan["answer_tuned"]
    first, again, other = (weights(fit(variant, digits, 3, seed)[0].averaged_generator) for seed in (5, 5, 6))
    assert not differ(first, again)
    assert differ(first, other)


@pytest.mark.parametrize(
    ("changes", "decays"),
    [
        ({}, [2 / 11, 3 / 12, 4 / 13]),  # at first (1 + step) / (10 + step)
        ({"ema_half_life_images": 32, "critic_steps": 3}, [0.125] * 3),  # then 0.5^(96 images a step / 32)
    ],
)
def test_the_averaged_generator_follows_its_recurrence(settings: Settings, digits: Digits, changes: dict[str, int], decays: list[float]) -> None:
    """Weights and batch statistics."""
    variant = settings.gan["answer_tuned"].model_copy(update={"generator_normalization": "batch"} | changes)
    gan = GAN(variant, 0, 3)
    average = weights(gan.averaged_generator)
    assert not differ(average, weights(gan.generator))
    for decay, batch in zip(decays, training_batches(digits, variant, 0).take(3), strict=True):
        gan.train_step(batch)
        average = [decay * a + (1 - decay) * w for a, w in zip(average, weights(gan.generator), strict=True)]
        for expected, got in zip(average, weights(gan.averaged_generator), strict=True):
            assert close(got, expected, rel=1e-4, absolute=1e-6)


def test_each_learning_rate_follows_a_half_cosine_to_the_last_update_of_its_network(settings: Settings) -> None:
    changes = {"generator_learning_rate": 0.1, "discriminator_learning_rate": 0.2, "final_learning_rate_fraction": 0.05, "critic_steps": 5}
    gan = GAN(settings.gan["answer"].model_copy(update=changes), 0, 100)
    for optimizer, rate, updates in ((gan.optimizer, 0.1, 100), (gan.discriminator_optimizer, 0.2, 500)):
        schedule = optimizer._learning_rate
        assert [float(schedule(step)) for step in (0, updates // 2, updates)] == pytest.approx([rate, rate * (1 + 0.05) / 2, rate * 0.05])
    constant = GAN(settings.gan["asker"], 0, 100).discriminator_optimizer._learning_rate
    assert float(constant(99)) == pytest.approx(1e-3)


def test_latents_are_a_pure_function_of_seed_and_number(settings: Settings) -> None:
    uniform, normal = settings.gan["asker"], settings.gan["modern"]
    latents = draw_latents(uniform, 2000, 1, 2).numpy()
    assert latents.shape == (2000, 100)
    assert -1 <= latents.min() < -0.99
    assert 0.99 < latents.max() <= 1
    assert draw_latents(normal, 2000, 1, 2).numpy().std() == pytest.approx(1, abs=0.02)
    assert (latents == draw_latents(uniform, 2000, 1, 2).numpy()).all()
    for other in (draw_latents(uniform, 2000, 1, 3), draw_latents(uniform, 2000, 2, 2)):
        assert abs(np.corrcoef(latents.ravel(), other.numpy().ravel())[0, 1]) < 0.02


def test_no_two_updates_share_their_random_numbers(settings: Settings) -> None:
    gan = GAN(settings.gan["answer"].model_copy(update={"critic_steps": 3}), 0, 2)
    numbers = []
    for _ in range(4):
        numbers += [int(gan._number(update)) for update in range(4)]
        gan.step.assign_add(1)
    assert numbers == list(range(16))
    labels = tf.zeros(4, tf.int32)
    assert differ([gan._generate(labels, 0).numpy()], [gan._generate(labels, 1).numpy()])


def test_the_discriminator_has_its_updates_each_on_its_own_images_before_the_generator_has_one(
    settings: Settings, digits: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    variant = settings.gan["answer"].model_copy(update={"batch_size": 4, "critic_steps": 3})
    gan = GAN(variant, 0, 2)
    (images, labels), *_ = training_batches(digits, variant, 0).take(1)
    assert images.shape[0] == labels.shape[0] == 12
    batches: list[np.ndarray] = []
    updates: list[int] = []
    train_discriminator = gan._train_discriminator

    def recorded(x: tf.Tensor, y: tf.Tensor, update: int) -> dict[str, tf.Tensor]:
        batches.append(x.numpy())
        updates.append(update)
        assert int(gan.optimizer.iterations) == 0
        return train_discriminator(x, y, update)

    monkeypatch.setattr(gan, "_train_discriminator", recorded)
    gan.train_step((images, labels))
    assert updates == [0, 1, 2]
    assert (np.concatenate(batches) == images.numpy()).all()
    assert int(gan.discriminator_optimizer.iterations) == 3
    assert int(gan.optimizer.iterations) == 1


def test_a_clipped_critic_stays_within_its_bound(settings: Settings, digits: Digits) -> None:
    variant = settings.gan["answer"].model_copy(update={"objective": "wasserstein", "weight_clip": 0.01, "discriminator_learning_rate": 0.1})
    gan, _ = take_steps(variant, digits, 2)
    kernels = [weight.numpy() for weight in gan.discriminator.trainable_variables if weight.name == "kernel"]
    assert max(np.abs(kernel).max() for kernel in kernels) == pytest.approx(0.01)


@pytest.mark.parametrize("name", [pytest.param("modern", marks=pytest.mark.slow), "hinge_sn"])
def test_mixed_bfloat16_trains_float32_weights(settings: Settings, digits: Digits, name: str) -> None:
    variant = settings.gan[name].model_copy(update={"precision": "mixed_bfloat16"})
    gan, logs = take_steps(variant, digits, 2)
    assert {weight.dtype for weight in gan.generator.weights + gan.discriminator.weights} == {"float32"}
    networks = (gan.generator, gan.discriminator, gan.averaged_generator)
    assert [network.get_layer("hidden").compute_dtype for network in networks] == ["bfloat16", "bfloat16", "float32"]
    _, exact = take_steps(settings.gan[name], digits, 2)
    assert logs == pytest.approx(exact, rel=0.03, abs=0.005)
    assert logs != exact


def test_regularisers_add_up(settings: Settings, digits: Digits) -> None:
    """Each is there by itself, and all of them together with spectral normalisation."""
    variant = settings.gan["answer"].model_copy(update={"objective": "least_squares"})
    penalties = ("gradient_penalty", "r1_gamma", "r2_gamma")
    for name in penalties:
        assert take_steps(variant.model_copy(update={name: 1.0}), digits, 1)[1]["d_penalty"] > 0
    assert take_steps(variant, digits, 1)[1]["d_penalty"] == 0
    spectral = variant.model_copy(update={"spectral_normalization": True})
    single = [take_steps(spectral.model_copy(update={name: 1.0}), digits, 1)[1] for name in penalties]
    together = take_steps(spectral.model_copy(update=dict.fromkeys(penalties, 1.0)), digits, 1)[1]
    assert together["d_penalty"] == pytest.approx(sum(logs["d_penalty"] for logs in single), rel=1e-4)


@pytest.mark.parametrize("name", ["asker", "answer"])  # black is 0 for one, -1 for the other
def test_batches_that_tensorflow_draws_are_those_that_numpy_draws(digits: Digits, name: str) -> None:
    variant = VARIANTS[name]
    steps = 3 * len(digits.labels) // variant.batch_size  # three passes: a batch may belong to two
    order = np.concatenate(list(itertools.islice(orders(len(digits.labels), 3), 4)))
    for number, (images, labels) in enumerate(training_batches(digits, variant, 3).take(steps)):
        rows = order[number * variant.batch_size : (number + 1) * variant.batch_size]
        assert (images.numpy() == to_float(digits.images[rows], image_low(variant))).all()
        assert (labels.numpy() == digits.labels[rows]).all()
        assert (images.dtype, labels.dtype, images.shape[0]) == (tf.float32, tf.int32, variant.batch_size)


def test_batches_from_a_step_on_are_those_of_a_training_that_was_not_ended(digits: Digits) -> None:
    variant = VARIANTS["wgan_gp"]  # a step takes five batches
    whole, rest = (list(training_batches(digits, variant, 3, first).take(count)) for first, count in ((0, 4), (3, 1)))
    for one, other in zip(whole[3], rest[0], strict=True):
        assert (one.numpy() == other.numpy()).all()
    assert (whole[2][0].numpy() != rest[0][0].numpy()).any()


@pytest.mark.parametrize("name", ["modern", "answer_tuned", "dcgan"])
def test_a_compiled_step_trains_as_an_eager_one(digits: Digits, name: str) -> None:
    """A compiled one has one pass back for loss and penalty; the doctor follows the eager one, whose gradients flow through the outputs."""
    variant = VARIANTS[name].model_copy(update={"adam_beta_1": 0.5})  # without momentum the first update is the sign of each gradient
    (batch,) = training_batches(digits, variant, 0).take(1)
    trained = []
    for compiled in (True, False):
        gan = GAN(variant, 0, 10)
        logs = (tf.function(gan.train_step) if compiled else gan.train_step)(batch)
        moments = gan.discriminator_optimizer.variables[2:]  # of the gradients and their squares
        trained.append(([float(value) for value in logs.values()], [np.array(moment.value) for moment in moments]))
    assert trained[0][0] == pytest.approx(trained[1][0], rel=1e-3, abs=1e-5)
    for one, other in zip(trained[0][1], trained[1][1], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-2, atol=1e-3 * np.abs(other).max() + 1e-6)
    assert max(np.abs(moment).max() for moment in trained[0][1]) > 1e-3


def test_images_are_judged_in_the_generators_turn_only_where_its_loss_uses_them(digits: Digits) -> None:
    for objective in ("non_saturating", "saturating", "least_squares", "wasserstein", "hinge", "relativistic"):
        gan = GAN(VARIANTS["answer_cnn"].model_copy(update={"objective": objective}), 0, 10)
        judged: list[np.ndarray] = []
        call = gan._discriminate
        object.__setattr__(
            gan, "_discriminate", lambda network, images, labels, call=call, judged=judged: judged.append(images) or call(network, images, labels)
        )
        (batch,) = training_batches(digits, gan.variant, 0).take(1)
        gan.train_step(batch)
        assert sum(bool((images == batch[0]).numpy().all()) for images in judged) == (2 if objective == "relativistic" else 1)


def test_images_of_three_digits_are_digits_of_the_split_whatever_step_a_training_continues_from(settings: Settings, digits: Digits) -> None:
    variant = settings.gan["answer"].model_copy(update={"digits_per_image": 3, "batch_size": 8})
    whole = list(training_batches(digits, variant, seed=0).take(7))
    for (images, labels), (again, labels_again) in zip(whole[5:], training_batches(digits, variant, 0, first_step=5).take(2), strict=True):
        assert (images.numpy() == again.numpy()).all()
        assert (labels.numpy() == labels_again.numpy()).all()
    known = {image.tobytes(): label for image, label in zip(to_float(digits.images, -1)[..., 0], digits.labels, strict=True)}
    stacks = [np.moveaxis(images.numpy(), -1, 1) for images, _ in whole]
    classes = [known[channel.tobytes()] for image in np.concatenate(stacks) for channel in image]
    modes = np.reshape(classes, (-1, 3))
    assert (modes[:, 0] == np.concatenate([labels for _, labels in whole])).all()
    assert len(np.unique(modes, axis=0)) > 50  # of 56 images: each combination is drawn anew
    other = next(iter(training_batches(digits, variant, seed=1)))[0]
    assert (other.numpy() != whole[0][0].numpy()).any()


@pytest.mark.parametrize("network", ["mlp", "dcgan", "resnet"])
def test_a_gan_of_images_of_three_digits_takes_a_step(settings: Settings, digits: Digits, network: str) -> None:
    base = settings.gan["modern"].model_copy(update={"network": network, "classes": 1, "digits_per_image": 3})
    gan, logs = take_steps(base, digits, 2)
    assert all(np.isfinite(value) for value in logs.values())
    assert gan.generator.output.shape == (None, 28, 28, 3)
    probed = probe_inputs(gan, digits, digits).real["image"].numpy()
    assert (to_bytes(probed, -1)[1] == np.moveaxis(digits.images[1:4], 0, -1)).all()
