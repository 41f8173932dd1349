"""The inputs with which the doctor measures a GAN of this project: one training batch, and fixed images and latents."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from pipeline.data.digits import Digits
from pipeline.data.pixels import to_float
from pipeline.data.stacked import with_following
from pipeline.gan import streams
from pipeline.gan.base import GAN, draw_latents, generator_inputs, image_low
from pipeline.gan.networks.build import is_conditional

PROBED = 128  # images of each kind
EXAMINED = 48  # images for each update of the discriminator in the step that is examined


class ProbeInputs(NamedTuple):
    """Tensors, or dictionaries of tensors, with a row per image."""

    batch: tuple[tf.Tensor, tf.Tensor]  # images and labels, as `train_step` takes them
    latent: dict[str, tf.Tensor]  # as the generator takes them
    real: dict[str, tf.Tensor]  # training images, as the discriminator takes them
    held_out: dict[str, tf.Tensor]  # images that the GAN is not trained on, as the discriminator takes them


def probe_inputs(gan: GAN, digits: Digits, held_out: Digits) -> ProbeInputs:
    """The first images of both splits, and latents that nothing else uses.

    Args:
        gan: the GAN to be measured.
        digits: its training split.
        held_out: images that it is not trained on.
    """
    count = min(PROBED, len(digits.images), len(held_out.images))
    labels = tf.constant(digits.labels[:count].astype(np.int32))
    latents = generator_inputs(gan.variant, draw_latents(gan.variant, count, gan.seed, streams.PROBE), labels)
    return ProbeInputs(_batch(gan, digits), latents, _discriminator_inputs(gan, digits, count), _discriminator_inputs(gan, held_out, count))


def _batch(gan: GAN, digits: Digits) -> tuple[tf.Tensor, tf.Tensor]:
    """The first images as `train_step` takes them; too few images are repeated."""
    places = np.arange(EXAMINED * gan.variant.critic_steps) % len(digits.images)
    return _images(gan, digits, places), tf.constant(digits.labels[places].astype(np.int32))


def _discriminator_inputs(gan: GAN, digits: Digits, count: int) -> dict[str, tf.Tensor]:
    images = {"image": _images(gan, digits, np.arange(count))}
    return images | ({"label": tf.constant(digits.labels[:count].astype(np.int32))} if is_conditional(gan.variant) else {})


def _images(gan: GAN, digits: Digits, places: np.ndarray) -> tf.Tensor:
    """Images as both networks know them."""
    return tf.constant(to_float(with_following(digits.images, gan.variant.digits_per_image)[places], image_low(gan.variant)))
