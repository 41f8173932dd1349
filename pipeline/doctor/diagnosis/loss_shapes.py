"""The losses of the GAN literature as functions of one output of the discriminator, and what measured gradients say about them.

A shape has terms: `weight` times the loss of an output x that is to become `target`. Weight and target are what a script may choose: a factor, labels
that are smoothed or reversed. They are found from the gradients at two outputs; a third one proves the shape.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.doctor.diagnosis import thresholds


class Term(NamedTuple):
    """A part of a loss, about one kind of rows."""

    weight: float
    target: float


class Shape(NamedTuple):
    """A loss of one output.

    Attributes:
        loss: of an output and its target.
        gradients: two functions of an output, whose sum with two factors is the gradient of any term.
        term: the term with these two factors.
    """

    loss: Callable[[float, float], float]
    gradients: tuple[Callable[[float], float], Callable[[float], float]]
    term: Callable[[float, float], Term]


def sigmoid(x: float) -> float:
    """A logit as a probability."""
    return (1 + math.tanh(x / 2)) / 2


def softplus(x: float) -> float:
    """log(1 + exp(x))."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _mixed(up: float, down: float) -> Term:
    """Cross-entropy: `up` is the weight of the label 1, `down` that of the label 0."""
    weight = up + down
    return Term(weight, up / weight if weight else math.nan)


LOGITS = Shape(lambda x, t: t * softplus(-x) + (1 - t) * softplus(x), (lambda x: sigmoid(x) - 1, sigmoid), _mixed)
PROBABILITIES = Shape(lambda x, t: -t * math.log(x) - (1 - t) * math.log(1 - x), (lambda x: -1 / x, lambda x: 1 / (1 - x)), _mixed)
SQUARES = Shape(lambda x, t: (x - t) ** 2, (lambda x: 2 * x, lambda x: -2.0), lambda slope, shift: Term(slope, shift / slope if slope else math.nan))
HINGE = Shape(lambda x, t: max(0.0, 1 - t * x), (lambda x: -1.0, lambda x: 0.0), lambda weight, _: Term(abs(weight), math.copysign(1, weight)))
LINEAR = Shape(lambda x, t: -t * x, HINGE.gradients, HINGE.term)


def fitted(shape: Shape, outputs: Sequence[float], gradients: Sequence[float]) -> tuple[Term, float]:
    """The term whose gradients at the first and the last output are these, and how far it is off in between.

    Args:
        shape: the shape.
        outputs: outputs of the discriminator.
        gradients: the gradient at each.

    Returns:
        The term, and the largest error as a share of the largest gradient.

    >>> term, error = fitted(SQUARES, [-3, 0.5, 3], [-8, -1, 4])
    >>> term, error
    (Term(weight=1.0, target=1.0), 0.0)
    """
    one, other = shape.gradients
    first, last = (outputs[0], gradients[0]), (outputs[-1], gradients[-1])
    determinant = one(first[0]) * other(last[0]) - one(last[0]) * other(first[0])
    a = (first[1] * other(last[0]) - last[1] * other(first[0])) / determinant
    b = (one(first[0]) * last[1] - one(last[0]) * first[1]) / determinant
    largest = max(map(abs, gradients))
    errors = [abs(a * one(x) + b * other(x) - g) for x, g in zip(outputs, gradients, strict=True)]
    return shape.term(a, b), max(errors) / largest if largest else math.inf


def same(one: float, other: float, size: float) -> bool:
    """Whether two gradients are the same beside a third."""
    return abs(one - other) < thresholds.LINEAR_LOSS * abs(size)
