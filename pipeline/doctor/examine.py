"""The doctor before training: one call for any Keras GAN."""

from typing import Any

import keras

from pipeline.doctor.diagnosis.diagnose import diagnose
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.evidence.examination import examination


def examine(generator: keras.Model, discriminator: keras.Model, real_batch: Any, latent: Any, gan: keras.Model | None = None) -> list[Finding]:
    """Find what is wrong with a GAN before it is trained; every variable of the models is restored.

    If the doctor cannot follow your training step, it says so in a finding, `not_examined`.

    Args:
        generator: a built Keras model that draws images of one shape.
        discriminator: a built Keras model with one output per image. It is given images of the generator's shape, alone or with labels.
        real_batch: real images as `gan.train_step` takes them, or without a `gan` as the discriminator takes them; 48 rows are enough, six the
            least.
        latent: a batch that the generator takes: a tensor, or a dictionary or list of them, with as many rows.
        gan: the compiled model whose `train_step` trains both networks; without it, losses and optimisers are not examined.

    Returns:
        Findings, errors first; an empty list if nothing is wrong. Errors that the networks or the training step raise become a finding, too.

    Example:
        A generator that ends in tanh draws values between -1 and 1, but these images lie between 0 and 255:

        >>> import keras, numpy as np
        >>> generator = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(9, "tanh")])
        >>> discriminator = keras.Sequential([keras.Input((9,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
        >>> random = np.random.default_rng(0)
        >>> images, latents = random.uniform(0, 255, (48, 9)).astype("float32"), random.normal(size=(48, 4)).astype("float32")
        >>> for finding in examine(generator, discriminator, images, latents):
        ...     print(finding.severity, finding.id, finding.evidence["generator_reaches"])
        error range_mismatch [-1.0, 1.0]
    """
    return diagnose({"before": examination(generator, discriminator, real_batch, latent, gan)})
