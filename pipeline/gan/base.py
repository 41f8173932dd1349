"""The GAN and its one `train_step`; a variant is a set of settings, never a subclass."""

import keras
import numpy as np
import tensorflow as tf

from pipeline.data.batches import orders
from pipeline.data.digits import Digits
from pipeline.gan import objectives, streams
from pipeline.gan.means import Means
from pipeline.gan.networks.build import build_discriminator, build_generator, is_conditional
from pipeline.gan.penalties import discriminate_with_penalty, gradient_penalty
from pipeline.gan.replicas import mean_over_replicas, own_rows
from pipeline.gan.spectral import iterate_spectral_layers
from pipeline.kernels.adam import EPSILON, Adam
from pipeline.kernels.layers import with_fast_layers
from pipeline.runtime import row_stream
from pipeline.settings.variants import VariantSettings


class GAN(keras.Model):
    """A generator and a discriminator that are trained in alternation.

    A step is `critic_steps` updates of the discriminator, each on its own images and samples, then one update of the generator. An update
    is one step of one network's optimiser, and each has fresh latents. Every random number is a pure function of the seed and the number of
    the update: training that continues from any step gives what uninterrupted training would have given.

    Args:
        variant: what the GAN is: a section under `gan:` of params.yaml.
        seed: of the initial weights, the latents and the interpolations; 0 or more.
        steps: how many steps the training will have; the learning rates follow their schedules over so many.

    >>> from pipeline.settings.params import load_settings
    >>> gan = GAN(load_settings().gan["answer"], seed=0, steps=20)
    >>> samples = gan.averaged_generator({"latent": draw_latents(gan.variant, 3, seed=0, number=streams.SHEET)}, training=False)
    >>> samples.shape, gan.discriminator({"image": samples}, training=False).shape
    (TensorShape([3, 28, 28, 1]), TensorShape([3]))
    >>> gan.recorded
    ('d_loss', 'd_loss_real', 'd_loss_fake', 'g_loss', 'd_penalty', 'd_output_real', 'd_output_fake')
    """

    def __init__(self, variant: VariantSettings, seed: int, steps: int) -> None:
        super().__init__(name="gan")
        keras.utils.set_random_seed(seed)  # of the initial weights
        self.variant, self.seed = variant, seed
        generator, discriminator = build_generator(variant, variant.precision), build_discriminator(variant)
        # The question's code passed samples through a second discriminator, `D_1/...`, that no optimiser ever updated.
        untrained = None if variant.share_discriminator else build_discriminator(variant, "untrained_discriminator")
        self.generator, self.discriminator = with_fast_layers(generator), with_fast_layers(discriminator)
        self.fake_discriminator = self.discriminator if untrained is None else with_fast_layers(untrained)
        self.averaged_generator = build_generator(variant) if variant.ema_half_life_images else self.generator
        self.objective: objectives.Objective = getattr(objectives, variant.objective)
        self.discriminator_optimizer = _adam(variant, variant.discriminator_learning_rate, variant.critic_steps * steps)
        self.discriminator_optimizer.build(self.discriminator.trainable_variables)
        self.averaged_generator.set_weights(self.generator.get_weights())
        self.step = self.add_weight((), "zeros", "int64", trainable=False, name="step")
        self.means = Means(self.recorded)
        self.compile(optimizer=_adam(variant, variant.generator_learning_rate, steps), jit_compile=False)
        self.optimizer.build(self.generator.trainable_variables)
        self.built = True  # all variables are there; before a training on several devices, Keras would call the GAN to make them

    @property
    def recorded(self) -> tuple[str, ...]:
        """The names of the numbers that a step records."""
        terms = self.objective(tf.zeros(1), tf.zeros(1)).discriminator
        return ("d_loss", *terms, "g_loss", "d_penalty", "d_output_real", "d_output_fake")

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return [self.means]

    def train_step(self, batch: tuple[tf.Tensor, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Update the discriminator `critic_steps` times, the generator once, and the average of its weights.

        Args:
            batch: images (b, 28, 28, c) in [low, 1] and labels (b,), b = `images_per_step(variant)`, c = `digits_per_image`.

        Returns:
            name -> mean over the epoch so far, a scalar, for each name of `recorded`.
        """
        critic_steps = self.variant.critic_steps
        for update, (images, labels) in enumerate(zip(*(tf.split(part, critic_steps) for part in batch), strict=True)):
            recorded = self._train_discriminator(images, labels, update)
        recorded |= self._train_generator(images, labels, critic_steps)
        self.step.assign_add(1)
        if self.averaged_generator is not self.generator:
            self._average_generator()
        self.means.update_state(recorded)
        return self.means.result()

    def _train_discriminator(self, images: tf.Tensor, labels: tf.Tensor, update: int) -> dict[str, tf.Tensor]:
        iterate_spectral_layers(self.discriminator)
        fakes = self._generate(labels, update)
        with tf.GradientTape() as tape:
            real, r1 = self._discriminate_with_penalty(self.discriminator, images, labels, self.variant.r1_gamma)
            fake, r2 = self._discriminate_with_penalty(self.fake_discriminator, fakes, labels, self.variant.r2_gamma)
            interpolation_key = tf.stack([tf.cast(self.seed, tf.int64), streams.INTERPOLATIONS - self._number(update)])
            norm_penalty = gradient_penalty(
                lambda x: self._discriminate(self.discriminator, x, labels), images, fakes, self.variant.gradient_penalty, interpolation_key
            )
            terms = self.objective(real, fake).discriminator
            adversarial = tf.add_n(list(terms.values()))
            penalty = r1 + r2 + norm_penalty
            loss = adversarial + penalty
        variables = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(mean_over_replicas(tape.gradient(loss, variables)), variables)
        outputs = {"d_output_real": tf.reduce_mean(real), "d_output_fake": tf.reduce_mean(fake)}
        return {"d_loss": adversarial, "d_penalty": penalty} | terms | outputs

    def _train_generator(self, images: tf.Tensor, labels: tf.Tensor, update: int) -> dict[str, tf.Tensor]:
        with tf.GradientTape() as tape:
            fake = self._discriminate(self.fake_discriminator, self._generate(labels, update), labels)
            real = self._discriminate(self.discriminator, images, labels) if self._pairs() else tf.zeros_like(fake)
            loss = self.objective(tf.stop_gradient(real), fake).generator
        variables = self.generator.trainable_variables
        self.optimizer.apply(mean_over_replicas(tape.gradient(loss, variables)), variables)
        return {"g_loss": loss}

    def _number(self, update: int) -> tf.Tensor:
        """The number of an update, counted over the whole training; `update` counts within the step. Its random numbers are drawn with it."""
        return (self.variant.critic_steps + 1) * self.step + update

    def _generate(self, labels: tf.Tensor, update: int) -> tf.Tensor:
        latents = own_rows(lambda count: draw_latents(self.variant, count, self.seed, self._number(update)), tf.shape(labels)[0])
        return self.generator(generator_inputs(self.variant, latents, labels), training=True)

    def _discriminate(self, discriminator: keras.Model, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        inputs = {"image": images, "label": labels} if is_conditional(self.variant) else {"image": images}
        return discriminator(inputs, training=True)

    def _discriminate_with_penalty(
        self, discriminator: keras.Model, images: tf.Tensor, labels: tf.Tensor, gamma: float
    ) -> tuple[tf.Tensor, tf.Tensor]:
        # The doctor examines an eager step, where it needs the gradients that flow back through the outputs.
        homogeneous = self.variant.discriminator_activation == "linear" and not tf.executing_eagerly()
        affine_layers = [layer for layer in discriminator.layers if getattr(layer, "bias", None) is not None] if homogeneous else []
        return discriminate_with_penalty(lambda x: self._discriminate(discriminator, x, labels), images, gamma, affine_layers)

    def _pairs(self) -> bool:
        """Whether the generator's loss depends on the outputs for real images."""
        real, fake = tf.zeros(1), tf.zeros(1)
        with tf.GradientTape() as tape:
            tape.watch(real)
            loss = self.objective(real, fake).generator
        return tape.gradient(loss, real) is not None

    def _average_generator(self) -> None:
        """w' <- decay w' + (1 - decay) w, decay = min(0.5^(images / half-life), (1 + step) / (10 + step)): small at first, when w moves fast."""
        step = tf.cast(self.step, tf.float32)
        decay = 0.5 ** (images_per_step(self.variant) / self.variant.ema_half_life_images)
        decay = tf.minimum(decay, (1 + step) / (10 + step))
        for average, variable in zip(self.averaged_generator.variables, self.generator.variables, strict=True):
            if isinstance(average.value, tf.distribute.DistributedValues):  # a copy on each device: no raw operation takes all of them
                average.assign_sub((1 - decay) * (average - variable))
                continue
            tf.raw_ops.ResourceApplyGradientDescent(var=average.value.handle, alpha=1 - decay, delta=average - variable)


def images_per_step(variant: VariantSettings) -> int:
    """How many real images one `train_step` takes: a batch for each update of the discriminator."""
    return variant.batch_size * variant.critic_steps


def image_low(variant: VariantSettings) -> float:
    """The value of a black pixel, the lowest that the generator's output activation reaches; images are in [low, 1]."""
    return -1.0 if variant.output_activation == "tanh" else 0.0


def draw_latents(variant: VariantSettings, count: int | tf.Tensor, seed: int, number: int | tf.Tensor) -> tf.Tensor:
    """Draw latents, a pure function of (seed, number).

    Args:
        variant: its `latent_size` and `latent_distribution`: uniform on (-1, 1), or N(0, 1).
        count: how many, n.
        seed: of the training or of the evaluation.
        number: of the draw; `pipeline.gan.streams` says which numbers serve which purpose.

    Returns:
        Latents (n, latent_size), float32.

    >>> from pipeline.settings.params import load_settings
    >>> variant = load_settings().gan["answer"]
    >>> latents = draw_latents(variant, 3, seed=0, number=streams.SHEET)
    >>> latents.shape, bool(tf.reduce_all(latents == draw_latents(variant, 3, seed=0, number=streams.SHEET)))
    (TensorShape([3, 100]), True)
    """
    key = tf.stack([tf.cast(seed, tf.int64), tf.cast(number, tf.int64)])
    shape = (count, variant.latent_size)
    if variant.latent_distribution == "uniform":
        return tf.random.stateless_uniform(shape, key, -1, 1)
    return tf.random.stateless_normal(shape, key)


def generator_inputs(variant: VariantSettings, latents: tf.Tensor, labels: tf.Tensor) -> dict[str, tf.Tensor]:
    """The inputs of the variant's generator: latents (n, z), and labels (n,) if it is conditional."""
    return {"latent": latents, "label": labels} if is_conditional(variant) else {"latent": latents}


def training_batches(digits: Digits, variant: VariantSettings, seed: int, first_step: int = 0) -> tf.data.Dataset:
    """Endless batches of images (b, 28, 28, c) in [low, 1] and labels (b,) of the first of their c digits, b = `images_per_step(variant)`."""
    size, low, per_image = images_per_step(variant), image_low(variant), variant.digits_per_image
    images, labels = tf.constant(digits.images[..., np.newaxis]), tf.constant(digits.labels, tf.int32)

    def drawn(step: tf.Tensor, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """What `to_float` computes, in TensorFlow: Python would take as long as the step of a small GAN."""
        if per_image == 1:
            bytes_of_step = tf.gather(images, rows)
        else:  # any digits beside each other: the order of the images serves the first channel alone
            others = tf.random.stateless_uniform(
                (size, per_image - 1), tf.stack([tf.cast(seed, tf.int64), streams.CHANNELS - step]), 0, len(digits.labels), tf.int64
            )
            several = tf.gather(images[..., 0], tf.concat([rows[:, tf.newaxis], others], axis=1))
            bytes_of_step = tf.transpose(several, (0, 2, 3, 1))
        return low + tf.cast(bytes_of_step, tf.float32) * np.float32((1 - low) / 255), tf.gather(labels, rows)

    return row_stream(lambda: orders(len(digits.labels), seed, first_step * size), size, drawn, first_step)


def _adam(variant: VariantSettings, learning_rate: float, steps: int) -> keras.optimizers.Adam:
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, steps, alpha=variant.final_learning_rate_fraction)
    return Adam(schedule, variant.adam_beta_1, variant.adam_beta_2, EPSILON)
