"""Adversarial objectives: pure functions of the discriminator's outputs, which return the losses that both networks minimise.

In the formulas D(x) is the output for a real image, D(Gz) that for a sample, sp(t) = log(1 + exp(t)); outputs are logits, not probabilities.
Every objective takes `real` = D(x) and `fake` = D(Gz), both (n,), and returns `Losses`, means over the n of each formula. A variant names one by the
name of its function: docs/how-to/add-an-objective.md adds another.
"""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf


class Losses(NamedTuple):
    """What each network minimises."""

    discriminator: dict[str, tf.Tensor]  # named terms, scalars; their sum is the loss
    generator: tf.Tensor  # a scalar


Objective = Callable[[tf.Tensor, tf.Tensor], Losses]


def non_saturating(real: tf.Tensor, fake: tf.Tensor) -> Losses:
    """D: sp(-D(x)) + sp(D(Gz)); G: sp(-D(Gz)) (Goodfellow et al. 2014, arXiv:1406.2661, section 3).

    This is sigmoid cross-entropy with logits, labels 1 for real and 0 for fake, as the question writes it.

    >>> terms, generator = non_saturating(tf.constant([0.0]), tf.constant([0.0]))
    >>> {name: round(float(term), 4) for name, term in terms.items()}, round(float(generator), 4)  # log 2 each
    ({'d_loss_real': 0.6931, 'd_loss_fake': 0.6931}, 0.6931)
    """
    return _losses(tf.nn.softplus(-real), tf.nn.softplus(fake), tf.nn.softplus(-fake))


def saturating(real: tf.Tensor, fake: tf.Tensor) -> Losses:
    """D: sp(-D(x)) + sp(D(Gz)); G: -sp(D(Gz)), the minimax game (Goodfellow et al. 2014, arXiv:1406.2661, equation 1).

    Where the discriminator is sure that a sample is fake, the generator's gradient, -sigmoid(D(Gz)), vanishes.

    >>> round(float(saturating(tf.constant([0.0]), tf.constant([0.0])).generator), 4)
    -0.6931
    """
    return _losses(tf.nn.softplus(-real), tf.nn.softplus(fake), -tf.nn.softplus(fake))


def least_squares(real: tf.Tensor, fake: tf.Tensor) -> Losses:
    """D: (D(x) - 1)^2 + D(Gz)^2; G: (D(Gz) - 1)^2 (LSGAN, Mao et al. 2017, arXiv:1611.04076, without its factors of a half).

    >>> float(least_squares(tf.constant([1.0]), tf.constant([0.0])).generator)
    1.0
    """
    return _losses(tf.square(real - 1), tf.square(fake), tf.square(fake - 1))


def wasserstein(real: tf.Tensor, fake: tf.Tensor) -> Losses:
    """D: D(Gz) - D(x); G: -D(Gz) (Arjovsky et al. 2017, arXiv:1701.07875).

    D must be kept Lipschitz: by `gradient_penalty`, `spectral_normalization` or `weight_clip`.

    >>> terms, generator = wasserstein(tf.constant([2.0]), tf.constant([-3.0]))
    >>> float(sum(terms.values())), float(generator)
    (-5.0, 3.0)
    """
    return _losses(-real, fake, -fake)


def hinge(real: tf.Tensor, fake: tf.Tensor) -> Losses:
    """D: relu(1 - D(x)) + relu(1 + D(Gz)); G: -D(Gz) (Lim and Ye 2017, arXiv:1705.02894).

    >>> terms, generator = hinge(tf.constant([1.0]), tf.constant([-1.0]))
    >>> float(sum(terms.values())), float(generator)
    (0.0, 1.0)
    """
    return _losses(tf.nn.relu(1 - real), tf.nn.relu(1 + fake), -fake)


def relativistic(real: tf.Tensor, fake: tf.Tensor) -> Losses:
    """D: sp(D(Gz) - D(x)); G: sp(D(x) - D(Gz)); each sample is paired with one real image (Jolicoeur-Martineau 2018, arXiv:1807.00734).

    With R1 and R2 it is the loss of R3GAN (Huang et al. 2024, arXiv:2501.05441). Both losses are log 2 at equal outputs.

    >>> terms, generator = relativistic(tf.constant([7.0]), tf.constant([7.0]))
    >>> round(float(terms["d_loss_pair"]), 4), round(float(generator), 4)
    (0.6931, 0.6931)
    """
    pair = tf.reduce_mean(tf.nn.softplus(fake - real))
    return Losses({"d_loss_pair": pair}, tf.reduce_mean(tf.nn.softplus(real - fake)))


def _losses(real_term: tf.Tensor, fake_term: tf.Tensor, generator: tf.Tensor) -> Losses:
    terms = {"d_loss_real": tf.reduce_mean(real_term), "d_loss_fake": tf.reduce_mean(fake_term)}
    return Losses(terms, tf.reduce_mean(generator))
