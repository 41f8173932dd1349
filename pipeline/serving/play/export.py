"""The networks of a cell and the digit classifier as ONNX, and what the page must know of them."""

import warnings
from pathlib import Path
from typing import Any

import pipeline.runtime  # noqa: F401 (before keras)

# isort: split
import keras
import numpy as np

from pipeline.classifier.network import build_classifier
from pipeline.data.datasets import find_data_set
from pipeline.data.digits import CLASSES, Digits, load_digits
from pipeline.data.pixels import to_float
from pipeline.files.artifacts import write_json
from pipeline.files.cells import DISCRIMINATOR, GENERATOR
from pipeline.files.weights import read_weights
from pipeline.gan import streams
from pipeline.gan.base import draw_latents, generator_inputs, image_low
from pipeline.gan.networks.build import build_discriminator, build_generator, is_conditional
from pipeline.serving.play.cells import Trained
from pipeline.serving.play.directions import leading_directions
from pipeline.settings.variants import VariantSettings

DIRECTIONS = 6
IMAGES = 500  # real and generated, whose values show how to read that of one sample
# The objectives whose discriminator estimates the probability that an image is real; the outputs of the others compare with each other only.
OF_PROBABILITIES = ("non_saturating", "saturating")


def export_cell(folder: Path, trained: Trained, held_out: Path) -> None:
    """Write both networks in float32, and `settings.json`.

    Args:
        folder: where the files go.
        trained: the cell.
        held_out: a split of real images that no GAN was trained on.
    """
    variant = trained.variant.model_copy(update={"precision": "float32"})
    generator, discriminator = build_generator(variant), build_discriminator(variant)
    read_weights(generator, trained.gan / GENERATOR)
    read_weights(discriminator, trained.gan / DISCRIMINATOR)
    write_onnx(folder / "generator.onnx", generator)
    write_onnx(folder / "discriminator.onnx", discriminator)
    about = {
        "class_names": find_data_set(trained.data_set).classes,
        "conditional": is_conditional(variant),
        "directions": leading_directions(generator, variant, DIRECTIONS).tolist(),
        "latent_distribution": variant.latent_distribution,
        "latent_size": variant.latent_size,
        "low": image_low(variant),
        "output": output_kind(variant),
        "share_discriminator": variant.share_discriminator,
        "typical": _typical_outputs(generator, discriminator, variant, load_digits(held_out)),
    }
    write_json(folder / "settings.json", about)


def export_classifier(folder: Path, weights: Path, width: int) -> None:
    """Write the digit classifier: images (n, 28, 28, 1) in [0, 1] to logits (n, 10)."""
    classifier = build_classifier(width)
    read_weights(classifier, weights)
    write_onnx(folder / "classifier.onnx", classifier)


def write_onnx(path: Path, network: keras.Model) -> None:
    """Write a network as it computes after training, for any number of inputs at once."""
    inputs = network.input if isinstance(network.input, dict) else {"image": network.input}
    examples = {name: np.zeros((2, *tensor.shape[1:]), tensor.dtype) for name, tensor in inputs.items()}
    network(examples if isinstance(network.input, dict) else examples["image"], training=False)  # Keras exports what was called
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # Keras' own, of NumPy
        network.export(str(path), format="onnx", verbose=False)


def output_kind(variant: VariantSettings) -> str:
    """What the discriminator's output is: a `probability`, the `logit` of one, or a `critic` value."""
    if variant.discriminator_activation == "sigmoid":
        return "probability"
    return "logit" if variant.objective in OF_PROBABILITIES else "critic"


def _typical_outputs(generator: keras.Model, discriminator: keras.Model, variant: VariantSettings, real: Digits) -> dict[str, Any]:
    """The discriminator's mean outputs for real images and samples, and the range in which nearly all outputs lie."""
    labels = (np.arange(IMAGES) % CLASSES).astype(np.int32)
    latents = draw_latents(variant, IMAGES, 0, streams.EVALUATION).numpy()
    samples = generator(generator_inputs(variant, latents, labels), training=False).numpy()
    images, classes = to_float(real.images[:IMAGES], image_low(variant)), real.labels[:IMAGES].astype(np.int32)

    def outputs(shown: np.ndarray, of_class: np.ndarray) -> np.ndarray:
        inputs = {"image": shown, "label": of_class} if is_conditional(variant) else {"image": shown}
        return discriminator(inputs, training=False).numpy()

    values = {"real": outputs(images, classes), "samples": outputs(samples, labels)}
    low, high = np.quantile(np.concatenate(list(values.values())), [0.01, 0.99])
    return {name: float(of.mean()) for name, of in values.items()} | {"low": float(low), "high": float(high)}
