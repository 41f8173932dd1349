"""Adversarial objectives: pure functions of discriminator outputs, (n,) each, to the means that training minimises.

In the formulas D(x) is the output for a real image, D(Gz) the one for a sample, sp(t) = log(1 + exp(t)); outputs are logits, not probabilities.
A variant names one by its function's name; a new objective is one function and its name among the choices in `pipeline/variants.py`.
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
    """
    return _losses(tf.nn.softplus(-real), tf.nn.softplus(fake), tf.nn.softplus(-fake))


def saturating(real: tf.Tensor, fake: tf.Tensor) -> Losses:
    """D: sp(-D(x)) + sp(D(Gz)); G: -sp(D(Gz)), the minimax game (Goodfellow et al. 2014, arXiv:1406.2661, equation 1).

    Where the discriminator is sure of a sample, the generator's gradient, -sigmoid(D(Gz)), vanishes.
    """
    return _losses(tf.nn.softplus(-real), tf.nn.softplus(fake), -tf.nn.softplus(fake))


def least_squares(real: tf.Tensor, fake: tf.Tensor) -> Losses:
    """D: (D(x) - 1)^2 + D(Gz)^2; G: (D(Gz) - 1)^2 (LSGAN, Mao et al. 2017, arXiv:1611.04076, without its factors of a half)."""
    return _losses(tf.square(real - 1), tf.square(fake), tf.square(fake - 1))


def wasserstein(real: tf.Tensor, fake: tf.Tensor) -> Losses:
    """D: D(Gz) - D(x); G: -D(Gz) (Arjovsky et al. 2017, arXiv:1701.07875).

    D must be kept Lipschitz: by `gradient_penalty`, `spectral_normalization` or `weight_clip`.
    """
    return _losses(-real, fake, -fake)


def hinge(real: tf.Tensor, fake: tf.Tensor) -> Losses:
    """D: relu(1 - D(x)) + relu(1 + D(Gz)); G: -D(Gz) (Lim and Ye 2017, arXiv:1705.02894)."""
    return _losses(tf.nn.relu(1 - real), tf.nn.relu(1 + fake), -fake)


def relativistic(real: tf.Tensor, fake: tf.Tensor) -> Losses:
    """D: sp(D(Gz) - D(x)); G: sp(D(x) - D(Gz)); each sample is paired with one real image (Jolicoeur-Martineau 2018, arXiv:1807.00734).

    With R1 and R2 it is the loss of R3GAN (Huang et al. 2024, arXiv:2501.05441). Both sides are log 2 at equal outputs.
    """
    pair = tf.reduce_mean(tf.nn.softplus(fake - real))
    return Losses({"d_loss_pair": pair}, tf.reduce_mean(tf.nn.softplus(real - fake)))


def _losses(real_term: tf.Tensor, fake_term: tf.Tensor, generator: tf.Tensor) -> Losses:
    terms = {"d_loss_real": tf.reduce_mean(real_term), "d_loss_fake": tf.reduce_mean(fake_term)}
    return Losses(terms, tf.reduce_mean(generator))
