"""Who is a generator and who discriminates, and where the rows come from that a discriminator is given."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.doctor.attach import Attached, attach
from pipeline.doctor.evidence.step_recorder import FAKE, OTHER, REAL

pytestmark = pytest.mark.slow
REAL_POINTS = np.random.default_rng(0).normal(size=(6, 2)).astype("float32")
LABELS = tf.one_hot(tf.range(6) % 3, 3)


OPTIMIZERS: dict[str, keras.optimizers.Optimizer] = {}  # of the latest network of a name


def network(inputs: int, outputs: int, name: str) -> keras.Model:
    made = keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(outputs)], name=name)
    OPTIMIZERS[name] = keras.optimizers.SGD(0.1)
    OPTIMIZERS[name].build(made.trainable_variables)
    return made


def update(loss: Callable[[], Any], *networks: keras.Model) -> None:
    """One update of networks."""
    with tf.GradientTape() as tape:
        value = loss()
    gradients = tape.gradient(value, [trained.trainable_variables for trained in networks])
    for trained, of in zip(networks, gradients, strict=True):
        OPTIMIZERS[trained.name].apply(of, trained.trainable_variables)


def followed(step: Callable[..., Any], *arguments: Any, calls: int = 2) -> Attached:
    """The doctor after it saw a few calls of a compiled step."""
    with attach() as doctor:
        compiled = tf.function(step)
        for _ in range(calls):
            compiled(*arguments)
        doctor.report()
    return doctor


def d_loss(real: Any, fake: Any) -> Any:
    return tf.reduce_mean(tf.nn.softplus(-real)) + tf.reduce_mean(tf.nn.softplus(fake))


def g_loss(fake: Any) -> Any:
    return tf.reduce_mean(tf.nn.softplus(-fake))


def kinds(doctor: Attached) -> list[list[str]]:
    """The kinds of the rows of each call of the discriminator in the first look, in the order of the calls."""
    first, *_ = given = doctor.followed[0].given
    return [one.kinds.tolist() for one in sorted(given, key=lambda one: one.number) if one.look is first.look]


def test_two_generators_that_feed_each_other_have_a_discriminator_each() -> None:
    there, back = network(2, 2, "there"), network(2, 2, "back")
    of_there, of_back = network(2, 1, "of_there"), network(2, 1, "of_back")

    def step(one: Any, other: Any) -> None:
        def generators() -> Any:
            fakes = there(one), back(other)
            cycles = tf.reduce_mean((back(fakes[0]) - one) ** 2) + tf.reduce_mean((there(fakes[1]) - other) ** 2)
            return g_loss(of_there(fakes[0])) + g_loss(of_back(fakes[1])) + cycles

        update(generators, there, back)
        update(lambda: d_loss(of_there(other), of_there(there(one))), of_there)
        update(lambda: d_loss(of_back(one), of_back(back(other))), of_back)

    doctor = followed(step, tf.constant(REAL_POINTS), tf.constant(REAL_POINTS + 3))
    pairs = {(one.pair.generator.name, one.pair.discriminator.name) for one in doctor.followed}
    assert pairs == {("there", "of_there"), ("back", "of_back")}


def test_a_network_of_another_loss_is_no_discriminator() -> None:
    generator, discriminator, features = network(3, 2, "generator"), network(2, 1, "discriminator"), network(2, 5, "features")

    def step(real: Any) -> None:
        update(lambda: d_loss(discriminator(real), discriminator(generator(tf.random.normal((6, 3))))), discriminator)

        def of_generator() -> Any:
            fake = generator(tf.random.normal((6, 3)))
            return g_loss(discriminator(fake)) + tf.reduce_mean((features(fake) - features(real)) ** 2)

        update(of_generator, generator)

    doctor = followed(step, tf.constant(REAL_POINTS))
    assert [(one.pair.generator, one.pair.discriminator) for one in doctor.followed] == [(generator, discriminator)]
    assert doctor.steps == 2


def plain(given: Callable[[Any, Any], list[Any]], inputs: int = 2) -> Attached:
    """A GAN whose discriminator is given what a function makes of real points and samples."""
    generator, discriminator = network(3, 2, "generator"), network(inputs, 1, "discriminator")

    def step(real: Any) -> None:
        def of_discriminator() -> Any:
            scores = tf.concat([discriminator(rows) for rows in given(real, generator(tf.random.normal((6, 3))))], axis=0)
            return d_loss(scores[:6], scores[6:])

        update(of_discriminator, discriminator)
        update(lambda: g_loss(tf.concat([discriminator(rows) for rows in given(real, generator(tf.random.normal((6, 3))))], axis=0)[6:]), generator)

    return followed(step, tf.constant(REAL_POINTS))


def test_rows_of_a_concatenated_batch() -> None:
    assert kinds(plain(lambda real, fake: [tf.concat([real, fake], axis=0)]))[0] == [REAL] * 6 + [FAKE] * 6


def test_rows_of_a_batch_that_was_shuffled_together() -> None:
    order = tf.constant([0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11])
    assert kinds(plain(lambda real, fake: [tf.gather(tf.concat([real, fake], axis=0), order)]))[0] == [REAL, FAKE] * 6


def test_rows_of_two_calls() -> None:
    assert kinds(plain(lambda real, fake: [real, fake]))[:2] == [[REAL] * 6, [FAKE] * 6]


def test_label_channels_beside_samples_do_not_make_them_real() -> None:
    doctor = plain(lambda real, fake: [tf.concat([rows, LABELS], axis=1) for rows in (real, fake)], inputs=5)
    assert kinds(doctor)[:2] == [[REAL] * 6, [FAKE] * 6]
    assert [mask.tolist() for mask in doctor.followed[0].given[0].image] == [[True, True, False, False, False]]


def test_interpolations_of_a_penalty_are_neither() -> None:
    doctor = plain(lambda real, fake: [real, fake, 0.3 * real + 0.7 * fake])
    assert kinds(doctor)[2] == [OTHER] * 6


def test_pairs_of_a_source_and_its_translation() -> None:
    """As of pix2pix: the source beside real rows and samples is data in both."""
    generator, discriminator = network(2, 2, "generator"), network(4, 1, "discriminator")

    def step(source: Any, real: Any) -> None:
        def scores(rows: Any) -> Any:
            return discriminator(tf.concat([source, rows], axis=1))

        update(lambda: d_loss(scores(real), scores(generator(source))), discriminator)
        update(lambda: g_loss(scores(generator(source))), generator)

    doctor = followed(step, tf.constant(REAL_POINTS), tf.constant(REAL_POINTS + 3))
    assert kinds(doctor)[:2] == [[REAL] * 6, [FAKE] * 6]


def test_critic_steps_belong_to_the_step_of_one_generator_update() -> None:
    generator, discriminator = network(3, 2, "generator"), network(2, 1, "discriminator")
    with attach() as doctor:
        for _ in range(4):
            for _ in range(5):
                update(lambda: d_loss(discriminator(REAL_POINTS), discriminator(generator(tf.random.normal((6, 3))))), discriminator)
            update(lambda: g_loss(discriminator(generator(tf.random.normal((6, 3))))), generator)
        assert doctor.steps == 4
        assert [(one.pair.generator, one.pair.discriminator) for one in doctor.followed] == [(generator, discriminator)]


def test_rows_of_batches_that_the_host_makes() -> None:
    generator, discriminator = network(3, 2, "generator"), network(2, 1, "discriminator")
    discriminator.compile(keras.optimizers.SGD(0.1), keras.losses.BinaryCrossentropy(from_logits=True))
    discriminator.trainable = False
    latent = keras.Input((3,))
    combined = keras.Model(latent, discriminator(generator(latent)))
    combined.compile(keras.optimizers.SGD(0.1), keras.losses.BinaryCrossentropy(from_logits=True))
    with attach() as doctor:
        for _ in range(3):
            fake = generator.predict(np.random.normal(size=(6, 3)), verbose=0)
            discriminator.trainable = True
            discriminator.train_on_batch(np.concatenate([REAL_POINTS, fake]), np.repeat([[1.0], [0.0]], 6, axis=0))
            discriminator.trainable = False
            combined.train_on_batch(np.random.normal(size=(6, 3)), np.ones((6, 1)))
        doctor.report()
    assert [(one.pair.generator, one.pair.discriminator) for one in doctor.followed] == [(generator, discriminator)]
    assert [REAL] * 6 + [FAKE] * 6 in [given.kinds.tolist() for given in doctor.followed[0].given]
