"""The family of the losses, their form and their units, found by the doctor in real training steps of tiny GANs with the losses of Keras."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import pytest
import tensorflow as tf

from pipeline.doctor.attach import attach
from pipeline.doctor.diagnosis.loss_family import generator_form, loss_family
from pipeline.doctor.diagnosis.loss_levels import discriminator_units, generator_units
from pipeline.doctor.tracing.look import Traces
from pipeline.doctor.tracing.second_trace import SecondTrace
from tests.doctor.tracing.small_gans import in_graph

pytestmark = pytest.mark.slow
ROWS = tf.random.stateless_normal((6, 2), (0, 1))
Scores = Any


class Game(NamedTuple):
    """What a script may write: both losses of the discriminator's outputs, and how it ends."""

    discriminator: Callable[[Scores, Scores], Any]
    generator: Callable[[Scores, Scores], Any]
    activation: str | None = None
    gives_features: bool = False


def labelled(loss: keras.losses.Loss, real: float, fake: float) -> Callable[[Scores, Scores], Any]:
    """A loss of both kinds, each with its label."""
    return lambda of_real, of_fake: loss(real * tf.ones_like(of_real), of_real) + loss(fake * tf.ones_like(of_fake), of_fake)


def as_label(loss: keras.losses.Loss, label: float) -> Callable[[Scores, Scores], Any]:
    return lambda _, of_fake: loss(label * tf.ones_like(of_fake), of_fake)


def penalised_by(loss: Callable[[Scores, Scores], Any], more: float) -> Callable[[Scores, Scores], Any]:
    return lambda real, fake: loss(real, fake) + more


def times(factor: float, loss: Callable[[Scores, Scores], Any]) -> Callable[[Scores, Scores], Any]:
    return lambda real, fake: factor * loss(real, fake)


LOGITS, PROBABILITIES = keras.losses.BinaryCrossentropy(from_logits=True), keras.losses.BinaryCrossentropy()
SQUARES, HINGE = keras.losses.MeanSquaredError(), keras.losses.Hinge()


def mean(scores: Scores) -> Any:
    return tf.reduce_mean(scores)


def critic(real: Scores, fake: Scores) -> Any:
    return mean(fake) - mean(real)


def fooled(_: Scores, fake: Scores) -> Any:
    return -mean(fake)


def minimax(_: Scores, fake: Scores) -> Any:
    return -LOGITS(tf.zeros_like(fake), fake)


def by_logarithms(real: Scores, fake: Scores) -> Any:
    return -mean(tf.math.log(real)) - mean(tf.math.log(1 - fake))


def of_pairs(real: Scores, fake: Scores) -> Any:
    return mean(tf.nn.softplus(fake - real))


def of_pairs_reversed(real: Scores, fake: Scores) -> Any:
    return mean(tf.nn.softplus(real - fake))


def relativistic_average(first: Scores, second: Scores) -> Any:
    return (mean(tf.nn.softplus(mean(second) - first)) + mean(tf.nn.softplus(second - mean(first)))) / 2


def cubes(real: Scores, fake: Scores) -> Any:
    return mean((1 - real) ** 4) + mean((1 + fake) ** 4)


GAMES: dict[str, tuple[Game, tuple[str | None, str | None, float | None, float | None]]] = {
    "logits": (Game(labelled(LOGITS, 1, 0), as_label(LOGITS, 1)), ("logistic", "non-saturating", 1, 1)),
    "logits that Keras finds": (Game(labelled(PROBABILITIES, 1, 0), as_label(PROBABILITIES, 1), "sigmoid"), ("logistic", "non-saturating", 1, 1)),
    "probabilities": (Game(by_logarithms, lambda _, fake: -mean(tf.math.log(fake)), "sigmoid"), ("logistic", "non-saturating", 1, 1)),
    "probabilities, minimax": (Game(by_logarithms, lambda _, fake: mean(tf.math.log(1 - fake)), "sigmoid"), ("logistic", "saturating", 1, 1)),
    "smoothed": (Game(labelled(LOGITS, 0.9, 0), as_label(LOGITS, 0.9)), ("logistic", "non-saturating", 1, 1)),
    "smoothed on both sides": (Game(labelled(LOGITS, 0.8, 0.2), as_label(LOGITS, 1)), ("logistic", "non-saturating", 1, 1)),
    "halves": (Game(times(0.5, labelled(LOGITS, 1, 0)), times(3, as_label(LOGITS, 1))), ("logistic", "non-saturating", 0.5, 3)),
    "real is zero": (Game(labelled(LOGITS, 0, 1), as_label(LOGITS, 0)), ("logistic", "non-saturating", 1, 1)),
    "minimax": (Game(labelled(LOGITS, 1, 0), minimax), ("logistic", "saturating", 1, 1)),
    "logistic with more": (Game(penalised_by(labelled(LOGITS, 1, 0), 0.5), as_label(LOGITS, 1)), ("logistic", "non-saturating", None, 1)),
    "pairs": (Game(of_pairs, of_pairs_reversed), ("relativistic logistic", "non-saturating", 1, 1)),
    "averages": (Game(relativistic_average, lambda a, b: relativistic_average(b, a)), ("relativistic logistic", "non-saturating", 1, 1)),
    "least squares": (Game(labelled(SQUARES, 1, 0), as_label(SQUARES, 1)), ("least squares", "least squares", 1, 1)),
    "least squares, half": (Game(times(0.5, labelled(SQUARES, 1, 0)), as_label(SQUARES, 1)), ("least squares", "least squares", 0.5, 1)),
    "least squares, -1 and 1": (Game(labelled(SQUARES, 1, -1), as_label(SQUARES, 1)), ("least squares", "least squares", 4, 4)),
    "least squares, real is zero": (Game(labelled(SQUARES, 0, 1), as_label(SQUARES, 0)), ("least squares", "least squares", 1, None)),
    "least squares, bounded": (Game(labelled(SQUARES, 0.9, 0), as_label(SQUARES, 1), "sigmoid"), ("least squares", "least squares", 0.81, 0.81)),
    "hinge": (Game(labelled(HINGE, 1, -1), fooled), ("hinge", "linear", 1, 1)),
    "hinge for both": (Game(labelled(HINGE, 1, -1), as_label(HINGE, 1)), ("hinge", None, 1, None)),
    "hinge, beside features": (Game(labelled(HINGE, 1, -1), fooled, None, True), ("hinge", "linear", 1, 1)),
    "critic": (Game(critic, fooled), ("Wasserstein", "linear", 1, 1)),
    "critic that is squashed": (Game(critic, fooled, "sigmoid"), (None, None, None, None)),
    "fourth powers": (Game(cubes, fooled), (None, None, None, None)),
}  # fmt: skip


def scores(outputs: Any) -> Scores:
    return outputs["score"] if isinstance(outputs, dict) else outputs


def evidence_of(game: Game) -> dict[str, Any]:
    """What the doctor knows of a tiny GAN before it is trained."""
    keras.utils.set_random_seed(0)
    generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(2)])
    rows = keras.Input((2,))
    features = keras.layers.Dense(4, "tanh")(rows)
    score = keras.layers.Dense(1, game.activation)(features)
    discriminator = keras.Model(rows, {"features": features, "score": score} if game.gives_features else score)
    optimizers = {id(network): keras.optimizers.SGD(0.01) for network in (generator, discriminator)}
    for network in (generator, discriminator):
        optimizers[id(network)].build(network.trainable_variables)

    @in_graph
    def step(real: Any) -> None:
        for network, loss in ((discriminator, game.discriminator), (generator, game.generator)):
            with tf.GradientTape() as tape:
                value = loss(*(scores(discriminator(given, training=True)) for given in (real, generator(tf.random.normal((6, 3)), training=True))))
            weights = network.trainable_variables
            optimizers[id(network)].apply(tape.gradient(value, weights), weights)

    with attach() as doctor:
        step(ROWS)
        doctor.report()
    (followed,) = doctor.followed
    return followed.evidence


@pytest.mark.parametrize("name", GAMES)
def test_the_family_the_form_and_the_units_are_found_or_said_to_be_unknown(name: str) -> None:
    game, (family, form, of_discriminator, of_generator) = GAMES[name]
    evidence = evidence_of(game)
    assert (loss_family(evidence), generator_form(evidence)) == (family, form)
    for found, wanted in ((discriminator_units(evidence), of_discriminator), (generator_units(evidence), of_generator)):
        assert found == (None if wanted is None else pytest.approx(wanted, rel=0.01))


def test_every_second_trace_of_a_step_gives_the_losses_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorFlow's rewriting of graphs lets one trace in ten read weights that the same step has updated already."""
    once, agreed = Traces._replaceable, []

    def forty_times(self: Traces, *given: Any) -> SecondTrace:
        traces = [once(self, *given) for _ in range(40)]  # raises if one differs
        agreed.extend(traces)
        return traces[0]

    monkeypatch.setattr(Traces, "_replaceable", forty_times)
    evidence_of(GAMES["critic"][0])
    assert len(agreed) == 40
