"""Before training: the one call for any Keras GAN."""

from typing import Any

import keras

from pipeline.doctor.diagnosis.diagnose import judge
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.evidence.examination import examination


def examine(generator: keras.Model, discriminator: keras.Model, real_batch: Any, latent: Any, gan: keras.Model | None = None) -> list[Finding]:
    """What the rules find in a GAN before it is trained, the worst first; every variable of the models is put back.

    The discriminator has one output per image, and is given images of the generator's shape, alone or with labels beside them.
    generator, discriminator: built Keras models. latent: a batch as the generator takes it, (n, ...) or a dictionary of arrays. gan: the compiled
    model whose train_step trains both; without it the losses and optimisers stay unexamined. real_batch: images as gan.train_step takes them,
    without a gan as the discriminator takes them. 48 rows of each are enough, six the least.
    """
    return judge({"before": examination(generator, discriminator, real_batch, latent, gan)})
