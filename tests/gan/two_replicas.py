"""Variants trained on one device and on two, each with the same batches: how far apart the two come, as JSON. test_replicas.py runs it.

`python -m tests.gan.two_replicas SPLIT VARIANT...`; variants are those of params.yaml and of `MLP`.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pipeline.runtime import copies_on, training_devices

# isort: split
import numpy as np
import tensorflow as tf

from pipeline.data.digits import Digits, load_digits
from pipeline.gan import streams
from pipeline.gan.base import GAN, draw_latents, generator_inputs, training_batches
from pipeline.gan.replicas import in_shares
from pipeline.settings.params import Settings
from pipeline.settings.variants import VariantSettings
from pipeline.settings.yaml_file import read_yaml
from tests.conftest import ROOT, shrink
from tests.devices import two_devices

STEPS, EPOCHS = 2, 2  # an epoch is one call into TensorFlow
EPSILON = 0.01  # of Adam: updates grow with gradients, so a factor shows, and the rounding of a gradient that is zero, as of biases before batch
# normalisation, moves no weight; with the usual one such a weight moves by the learning rate, in either direction
SETTINGS = Settings.model_validate(shrink(read_yaml(ROOT / "params.yaml"))).gan
MLP: dict[str, dict[str, Any]] = {  # what differs from `answer`
    "answer": {},
    "normalized": {"generator_normalization": "batch", "discriminator_normalization": "batch", "ema_half_life_images": 100},
    "paired": {"objective": "relativistic", "r1_gamma": 0.1, "r2_gamma": 0.1, "classes": 10, "ema_half_life_images": 100},
    "critics": {"objective": "wasserstein", "gradient_penalty": 10.0, "critic_steps": 2, "weight_clip": 0.1},
    "spectral": {"objective": "hinge", "spectral_normalization": True, "share_discriminator": False},
}
SMALL = {"batch_size": 8, "generator_width": 16, "discriminator_width": 16}


def variant(name: str) -> VariantSettings:
    """One of `MLP`, or a variant of params.yaml."""
    return SETTINGS["answer"].model_copy(update=SMALL | MLP[name]) if name in MLP else SETTINGS[name].model_copy(update={"batch_size": 8})


def train(digits: Digits, settings: VariantSettings, strategy: str) -> tuple[GAN, dict[str, list[float]]]:
    devices = training_devices(strategy)
    with copies_on(devices):
        gan = GAN(settings, 0, STEPS * EPOCHS)
    gan.steps_per_execution = STEPS
    gan.optimizer.epsilon = gan.discriminator_optimizer.epsilon = EPSILON
    batches = in_shares(training_batches(digits, settings, 0), settings.critic_steps, len(devices))
    return gan, gan.fit(batches, epochs=EPOCHS, steps_per_epoch=STEPS, shuffle=False, verbose=0).history


def compare(digits: Digits, settings: VariantSettings) -> dict[str, float]:
    """The largest differences: of weights in learning rates, of all else in the largest number."""
    (single, of_single), (mirrored, of_mirrored) = (train(digits, settings, strategy) for strategy in ("single", "mirrored"))
    everything = [*mirrored.variables, *mirrored.optimizer.variables, *mirrored.discriminator_optimizer.variables]
    copies = [mirrored.distribute_strategy.experimental_local_results(variable.value) for variable in everything]
    found = {
        "devices": mirrored.distribute_strategy.num_replicas_in_sync,
        "between_copies": max(float(np.abs(first.numpy() - other.numpy()).max()) for first, other in copies),
        "steps": float(np.abs(mirrored.step.numpy() - single.step.numpy())),
        "losses": max(_distance(of_single[name], of_mirrored[name]) for name in of_single),
    }
    for name, optimizers in {
        "generator": (single.optimizer, mirrored.optimizer),
        "discriminator": (single.discriminator_optimizer, mirrored.discriminator_optimizer),
    }.items():
        moments = [[moment.numpy() for moment in optimizer._momentums] for optimizer in optimizers]
        squares = [[moment.numpy() for moment in optimizer._velocities] for optimizer in optimizers]
        found |= {f"{name}_{kind}": _distance(*map(_flat, both)) for kind, both in (("moments", moments), ("squares", squares))}
        weights = [[weight.numpy() for weight in getattr(gan, name).trainable_variables] for gan in (single, mirrored)]
        apart = np.abs(_flat(weights[0]) - _flat(weights[1])).max()
        found |= {f"{name}_weights": float(apart / getattr(settings, f"{name}_learning_rate"))}
    return found | {"samples": _distance(_samples(single), _samples(mirrored))}


def _samples(gan: GAN) -> np.ndarray:
    latents = draw_latents(gan.variant, 10, 0, streams.SHEET)
    return np.array(gan.averaged_generator(generator_inputs(gan.variant, latents, tf.range(10)), training=False))


def _flat(arrays: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([array.ravel() for array in arrays])


def _distance(first: Any, second: Any) -> float:
    """The largest difference, in the largest number."""
    return float(np.abs(np.subtract(first, second)).max() / max(np.abs(first).max(), 1e-9))


if __name__ == "__main__":
    two_devices()
    split, *names = sys.argv[1:]
    images = load_digits(Path(split))
    print(json.dumps({name: compare(images, variant(name)) for name in names}))
