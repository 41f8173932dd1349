"""Small healthy GANs to put faults into: the model, its data, and a training whose evidence is recorded."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.diagnosis.home.guide_gan import LATENT, GuideGAN, make_discriminator, make_generator
from pipeline.data.digits import Digits
from pipeline.data.pixels import to_float
from pipeline.data.stacked import with_following
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.evidence.probe import Probe
from pipeline.doctor.evidence.recorder import EvidenceRecorder
from pipeline.doctor.examine import examine
from pipeline.gan import streams
from pipeline.gan.base import GAN, draw_latents, generator_inputs, image_low
from pipeline.gan.networks.build import is_conditional
from pipeline.settings.variants import VariantSettings

BATCH, PROBED, SEED = 32, 64, 0


@dataclass
class GanUnderTest:
    """A GAN, and everything that a fault can be put into before its training."""

    gan: keras.Model
    latent: Any  # a batch, as the generator takes it
    images: np.ndarray  # (n, 28, 28, c), scaled for the generator; the first are the probe's
    held_out: np.ndarray
    labels: np.ndarray | None  # (n,) if train_step takes labels
    order: Callable[[np.random.Generator, int], np.ndarray] = field(default=lambda random, count: random.permutation(count))
    spoil: Callable[[int, np.ndarray], np.ndarray] = field(default=lambda step, images: images)

    def examine(self) -> list[Finding]:
        """What the doctor finds before training."""
        return examine(self.gan.generator, self.gan.discriminator, self._batch(np.arange(48)), self.latent, self.gan)

    def train(self, epochs: int, steps: int, *callbacks: keras.callbacks.Callback) -> EvidenceRecorder:
        """Train for so many epochs of so many steps; returns what recorded the evidence."""
        recorder = EvidenceRecorder(self.gan.generator, self.gan.discriminator, self._batch(np.arange(48)), self.probe())
        stream = tf.data.Dataset.from_generator(lambda: self._batches(steps * epochs), output_signature=self._signature())
        with suppress(ValueError):  # with some faults Keras itself refuses to train; the GAN was examined by then
            self.gan.fit(stream, epochs=epochs, steps_per_epoch=steps, callbacks=[recorder, *callbacks], verbose=0, shuffle=False)
        return recorder

    def _batches(self, count: int) -> Iterator[Any]:
        random, places = np.random.default_rng(SEED), np.zeros(0, int)
        for step in range(count + 1):
            if len(places) < BATCH:
                places = self.order(random, len(self.images))
            batch, places = self._batch(places[:BATCH]), places[BATCH:]
            yield (self.spoil(step, batch[0]), batch[1]) if isinstance(batch, tuple) else self.spoil(step, batch)

    def _batch(self, places: np.ndarray) -> Any:
        images = self.images[places % len(self.images)]
        return images if self.labels is None else (images, self.labels[places % len(self.labels)])

    def _signature(self) -> Any:
        images = tf.TensorSpec((BATCH, *self.images.shape[1:]))
        return images if self.labels is None else (images, tf.TensorSpec((BATCH,), tf.int32))

    def probe(self) -> Probe:
        """The fixed inputs with which the doctor measures both networks."""
        real, unseen = self.images[:PROBED], self.held_out[:PROBED]
        if not isinstance(self.gan, GAN):
            return Probe(self.latent, tf.constant(real), tf.constant(unseen))
        labels = {"label": tf.constant(self.labels[:PROBED])} if is_conditional(self.gan.variant) and self.labels is not None else {}
        return Probe(self.latent, {"image": tf.constant(real)} | labels, {"image": tf.constant(unseen)} | labels)


def guide_style_gan(digits: Digits, **discriminator: Any) -> GanUnderTest:
    """The GAN in the style of Keras' guide."""
    keras.utils.set_random_seed(SEED)
    gan = GuideGAN(make_generator(), make_discriminator(**discriminator))
    gan.compile(_adam(), _adam(), keras.losses.BinaryCrossentropy(from_logits=True))
    images, held_out = _split(digits, -1.0)
    return GanUnderTest(gan, keras.random.normal((PROBED, LATENT), seed=SEED), images, held_out, None)


def own_gan(digits: Digits, variant: VariantSettings, **changes: Any) -> GanUnderTest:
    """One of the project's variants, narrow; changes may be values that params.yaml refuses."""
    small = {"generator_width": 8, "discriminator_width": 8} if variant.network != "mlp" else {}
    variant = variant.model_copy(update={"batch_size": BATCH // variant.critic_steps, "precision": "float32"} | small | changes)
    gan = GAN(variant, SEED, 10_000)
    images, held_out = _split(digits, image_low(variant), variant.digits_per_image)
    labels = digits.labels[: len(images)].astype(np.int32)
    latents = generator_inputs(variant, draw_latents(variant, PROBED, SEED, streams.PROBE), tf.constant(labels[:PROBED]))
    return GanUnderTest(gan, latents, images, held_out, labels)


def _split(digits: Digits, low: float, digits_per_image: int = 1) -> tuple[np.ndarray, np.ndarray]:
    floats = to_float(with_following(digits.images, digits_per_image), low)
    return floats[: -2 * PROBED], floats[-2 * PROBED :]


def _adam() -> keras.optimizers.Adam:
    return keras.optimizers.Adam(0.0003, 0.5)
