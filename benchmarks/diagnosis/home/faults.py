"""Faults, each put into an otherwise healthy GAN by a few lines, with the finding that must name it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.diagnosis.home import injections
from benchmarks.diagnosis.home.gans_under_test import GanUnderTest, guide_style_gan, own_gan
from pipeline.data.digits import Digits
from pipeline.settings.params import Settings

BEFORE = 0  # epochs: the fault shows before training


class Fault(NamedTuple):
    """What is wrong, in which GAN, and which finding must name it, after `by_epoch` epochs of `steps` steps at the latest."""

    name: str
    gan: str
    finding: str
    by_epoch: int
    make: Callable[[Digits, Settings], GanUnderTest]
    steps: int = 60
    scored: bool = False  # whether the digit classifier scores its samples after the last epoch


def healthy(gan: str) -> Callable[[Digits, Settings], GanUnderTest]:
    """The GAN without any fault."""
    return lambda digits, settings: guide_style_gan(digits) if gan == "guide" else own_gan(digits, settings.gan[gan])


def _set(gan: str, **changes: Any) -> Callable[[Digits, Settings], GanUnderTest]:
    return lambda digits, settings: own_gan(digits, settings.gan[gan], **changes)


def _with(gan: str, inject: Callable[[GanUnderTest], None]) -> Callable[[Digits, Settings], GanUnderTest]:
    def make(digits: Digits, settings: Settings) -> GanUnderTest:
        gan_under_test = healthy(gan)(digits, settings)
        inject(gan_under_test)
        return gan_under_test

    return make


FAULTS = (
    Fault("sigmoid before a loss of logits", "guide", "double_activation", BEFORE, lambda digits, _: guide_style_gan(digits, activation="sigmoid")),
    Fault("sigmoid before the hinge loss", "hinge_sn", "double_activation", BEFORE, _set("hinge_sn", discriminator_activation="sigmoid")),
    Fault("logits into a loss of probabilities", "guide", "logits_as_probabilities", BEFORE, _with("guide", injections.probabilities_expected)),
    Fault("no activation in either network", "answer", "no_nonlinearity", BEFORE, _set("answer", hidden_activation="linear")),
    Fault("one activation left out", "guide", "collapsed_layers", BEFORE, _with("guide", injections.linear_layer)),
    Fault("weights from N(0, 1)", "answer", "initial_scale", BEFORE, _set("answer", initializer="normal")),
    Fault("all weights zero", "guide", "zero_weights", BEFORE, _with("guide", injections.zero_start)),
    Fault("samples given to a second discriminator", "lsgan", "samples_not_in_loss", BEFORE, _set("lsgan", share_discriminator=False)),
    Fault("real images left out of the loss", "answer", "real_images_not_in_loss", BEFORE, _with("answer", injections.real_images_left_out)),
    Fault("frozen generator", "guide", "frozen_network", BEFORE, _with("guide", injections.frozen)),
    Fault("generator's optimiser never called", "guide", "not_updated", BEFORE, _with("guide", injections.never_updated)),
    Fault("generator's update moves the discriminator", "guide", "other_network_updated", BEFORE, _with("guide", injections.both_updated)),
    Fault("wrong sign of the generator's loss", "lsgan", "generator_sign", BEFORE, _with("lsgan", injections.wrong_sign)),
    Fault("labels of real and fake swapped", "answer", "labels_swapped", BEFORE, _with("answer", injections.swapped_labels)),
    Fault("samples cut off by stop_gradient", "hinge_sn", "gradient_cut", BEFORE, _with("hinge_sn", injections.gradient_stopped)),
    Fault("(n,) against (n, 1) in a pairing loss", "modern", "broadcast_outputs", BEFORE, _with("modern", injections.paired_with_all)),
    Fault("(2n,) labels against (2n, 1) logits", "guide", "broadcast_outputs", BEFORE, _with("guide", injections.labels_flat)),
    Fault("images in [0, 255]", "answer", "range_mismatch", BEFORE, _with("answer", injections.images_in_bytes)),
    Fault("images in [0, 1] for tanh", "modern", "range_unused", BEFORE, _with("modern", injections.images_from_zero)),
    Fault("images divided by 255 twice", "lsgan", "scaled_twice", BEFORE, _with("lsgan", injections.images_scaled_twice)),
    Fault("all images the same", "lsgan", "constant_data", BEFORE, _with("lsgan", injections.constant_images)),
    Fault("ReLUs dead from the start", "answer", "dead_units", BEFORE, _with("answer", injections.dead_start)),
    Fault("latents do not reach the generator", "guide", "ignored_input", BEFORE, _with("guide", injections.latent_ignored)),
    Fault("labels do not reach the discriminator", "modern", "ignored_input", BEFORE, _with("modern", injections.labels_ignored)),
    Fault("batch normalisation in inference mode", "dcgan", "inference_batch_norm", BEFORE, _with("dcgan", injections.inference_mode)),
    Fault(
        "batch normalisation under R1",
        "dcgan",
        "batch_statistics_under_penalty",
        BEFORE,
        _set("dcgan", r1_gamma=1.0),
    ),
    Fault(
        "batch normalisation of samples and real images together",
        "guide",
        "batch_statistics_of_a_mixture",
        BEFORE,
        lambda digits, _: guide_style_gan(digits, batch_normalization=True),
    ),
    Fault("discriminator's learning rate x 100", "dcgan", "learning_rate", BEFORE, _set("dcgan", discriminator_learning_rate=0.02)),
    Fault("β1 = 0.999", "guide", "momentum", BEFORE, _with("guide", injections.momentum)),
    Fault("noise added in the step", "guide", "losses_not_examined", BEFORE, _with("guide", injections.noise_in_the_step)),
    Fault("gradients by tf.gradients", "guide", "not_examined", BEFORE, _with("guide", injections.gradients_of_graphs)),
    Fault("not a number in a batch", "modern", "not_finite", 2, _with("modern", injections.nan_in_a_batch)),
    Fault("root of zero in the loss", "lsgan", "not_finite", 2, _with("lsgan", injections.root_of_nothing)),
    Fault("batches sorted by class", "answer_tuned", "sorted_batches", 2, _with("answer_tuned", injections.sorted_by_class), 160),
    Fault("loss a million times as steep", "hinge_sn", "exploding_gradients", 2, _with("hinge_sn", injections.steep_loss)),
    Fault("one class only", "answer_tuned", "class_collapse", 2, _with("answer_tuned", injections.ones_only), 600, scored=True),
    Fault("labels of other images", "modern", "labels_not_followed", 2, _with("modern", injections.labels_shuffled), 300, scored=True),
    Fault("64 images only", "modern", "discriminator_memorises", 2, _with("modern", injections.few_images)),
    Fault("64 images only, for longer", "modern", "copies_training_images", 2, _with("modern", injections.few_images), 300, scored=True),
    Fault("latents a thousandth as large, no classes", "answer_tuned", "samples_alike", 2, _with("answer_tuned", injections.latent_faint), 600),
    Fault("latents a thousandth as large", "modern", "within_class_collapse", 2, _with("modern", injections.latent_faint), 300, scored=True),
    # Faults that need epochs to show: a quarter of the training that these variants get in params.yaml, or much less.
    Fault(
        "both learning rates doubled",
        "answer",
        "oscillation",
        18,
        _set("answer", generator_learning_rate=0.002, discriminator_learning_rate=0.002),
        16,
    ),
    Fault("training cut short", "modern_unconditional", "still_improving", 8, healthy("modern_unconditional"), 40, scored=True),
    Fault(
        "noise on images from the fourth epoch on",
        "modern_unconditional",
        "worse_than_before",
        7,
        _with("modern_unconditional", injections.noise_from_half_way),
        200,
        scored=True,
    ),
)
