"""The doctor for a GAN of this project: what it is given to look at."""

from typing import Literal

import numpy as np
import tensorflow as tf

from pipeline.data.digits import Digits
from pipeline.data.pixels import to_float
from pipeline.doctor.callback import Doctor
from pipeline.doctor.evidence.probe import Probe
from pipeline.gan.base import GAN, draw_latents, generator_inputs, image_low
from pipeline.gan.networks.build import is_conditional

PROBE_LATENTS = -3  # a stream of its own beside those of training, sheets and evaluation
PROBED = 128  # images of each kind that are looked at
EXAMINED = 48  # images of each step of the discriminator in the step that is examined


def doctor_of(gan: GAN, digits: Digits, held_out: Digits, stop_on: Literal["never", "error"], title: str) -> Doctor:
    """The doctor with the first images of both splits, and with latents of its own."""
    probed = min(PROBED, len(digits.images), len(held_out.images))
    labels = tf.constant(digits.labels[:probed].astype(np.int32))
    latents = generator_inputs(gan.variant, draw_latents(gan.variant, probed, gan.seed, PROBE_LATENTS), labels)
    probe = Probe(latents, _judged(gan, digits, probed), _judged(gan, held_out, probed))
    return Doctor(gan.generator, gan.discriminator, _batch(gan, digits), probe, stop_on, title)


def _batch(gan: GAN, digits: Digits) -> tuple[tf.Tensor, tf.Tensor]:
    """The first images as train_step takes them; again from the first if there are too few."""
    places = np.arange(EXAMINED * gan.variant.critic_steps) % len(digits.images)
    return tf.constant(to_float(digits.images[places], image_low(gan.variant))), tf.constant(digits.labels[places].astype(np.int32))


def _judged(gan: GAN, digits: Digits, count: int) -> dict[str, tf.Tensor]:
    """The first images as the discriminator takes them."""
    images = {"image": tf.constant(to_float(digits.images[:count], image_low(gan.variant)))}
    return images | ({"label": tf.constant(digits.labels[:count].astype(np.int32))} if is_conditional(gan.variant) else {})
