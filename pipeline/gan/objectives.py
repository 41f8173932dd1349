"""Adversarial objectives: pure functions of discriminator outputs, (n,), to the means that training minimises.

In the formulas D(x) is the output for a real image, D(Gz) the one for a sample, sp(t) = log(1 + exp(t)).
Each discriminator side returns named terms; their sum is the loss. A new objective is one class and one line in `OBJECTIVES`.
"""

from typing import Protocol

import tensorflow as tf


class Objective(Protocol):
    """The two sides of the game."""

    @property
    def terms(self) -> tuple[str, ...]:
        """The names of the discriminator's terms."""

    def discriminator(self, real: tf.Tensor, fake: tf.Tensor) -> dict[str, tf.Tensor]:
        """The terms of the discriminator's loss, scalars, by name."""

    def generator(self, real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
        """The generator's loss, a scalar."""


class NonSaturating:
    """D: sp(-D(x)) + sp(D(Gz)); G: sp(-D(Gz)) (Goodfellow et al. 2014, arXiv:1406.2661, section 3).

    This is sigmoid cross-entropy with logits, labels 1 for real and 0 for fake, as the question writes it.
    """

    terms = ("d_loss_real", "d_loss_fake")

    def discriminator(self, real: tf.Tensor, fake: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"d_loss_real": tf.reduce_mean(tf.nn.softplus(-real)), "d_loss_fake": tf.reduce_mean(tf.nn.softplus(fake))}

    def generator(self, real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
        return tf.reduce_mean(tf.nn.softplus(-fake))


class Relativistic:
    """D: sp(D(Gz) - D(x)); G: sp(D(x) - D(Gz)); each sample is paired with one real image (Jolicoeur-Martineau 2018, arXiv:1807.00734).

    With R1 and R2 it is the loss of R3GAN (Huang et al. 2024, arXiv:2501.05441). Both sides are log 2 at equal outputs.
    """

    terms = ("d_loss_pair",)

    def discriminator(self, real: tf.Tensor, fake: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"d_loss_pair": tf.reduce_mean(tf.nn.softplus(fake - real))}

    def generator(self, real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
        return tf.reduce_mean(tf.nn.softplus(real - fake))


OBJECTIVES: dict[str, Objective] = {"non_saturating": NonSaturating(), "relativistic": Relativistic()}
