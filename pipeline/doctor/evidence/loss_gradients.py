"""What the losses want of the discriminator's outputs: their gradients there, while other outputs replace the discriminator's own."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from pipeline.doctor.evidence.step import run_step
from pipeline.doctor.evidence.step_recorder import FAKE, OTHER, REAL, Outputs, Step

APART = 5.0  # an output at which every logistic loss is sure
SURELY = 3.0  # an output far on one side: on the wrong side every loss of logits still has a gradient
INSIDE = 0.02  # of a bounded output's range, from its ends: what the network can really give
UNDECIDED = 0.5  # neither real nor fake for logits, probabilities and the targets 0 and 1
Gradients = Callable[[str, Any, Any], dict[str, np.ndarray]]  # network, outputs for real rows, for fake rows -> gradients


def output_gradients(step: Step, network: str) -> dict[str, np.ndarray]:
    """The gradient of `network`'s loss at the discriminator's outputs, by kind of row; times the number of rows, because losses are means."""
    parts: dict[str, list[np.ndarray]] = {}
    for call in step.calls:
        for gradient in call.gradients:
            if gradient.network == network:
                for kind in np.unique(call.kinds):
                    parts.setdefault(str(kind), []).append(gradient.gradient[call.kinds == kind] * len(call.kinds))
    return {kind: np.concatenate(arrays) for kind, arrays in parts.items() if kind != OTHER}


def describe_losses(
    gan: keras.Model, generator: keras.Model, discriminator: keras.Model, batch: Any, discriminator_evidence: dict[str, Any]
) -> dict[str, Any]:
    """Mean gradients at chosen outputs, by kind of row: negative where the loss falls if the output rises.

    Args:
        gan: the compiled model whose train_step trains both networks.
        generator: its generator.
        discriminator: its discriminator.
        batch: what train_step takes.
        discriminator_evidence: what `describe_network` measured of the discriminator.
    """

    def gradients(network: str, real: Any, fake: Any) -> dict[str, np.ndarray]:
        return output_gradients(run_step(gan, generator, discriminator, batch, _outputs(real, fake)), network)

    undecided = means(gradients("discriminator", UNDECIDED, UNDECIDED))
    real_is_up = (undecided.get(REAL) or -1.0) < 0  # some GANs label real images 0 and samples 1
    up = 1 if real_is_up else -1
    low, high = ends_of(discriminator_evidence)[::up]
    return {
        "real_is_up": real_is_up,
        "undecided": undecided,
        "rejected": means(gradients("generator", high, low)),
        "accepted": means(gradients("generator", low, high)),
        "surely_wrong": means(gradients("discriminator", low, high)),
        "surely_right": means(gradients("discriminator", high, low)),
        "pairs_every_with_every": pairs_every_with_every(gradients),
    }


def ends_of(discriminator_evidence: dict[str, Any]) -> tuple[float, float]:
    """Two outputs that the discriminator can give, at which it is sure: near the bounds that an activation sets, or else of logits."""
    if not discriminator_evidence["bounded"]:
        return -SURELY, SURELY
    low, high = discriminator_evidence["reach_low"], discriminator_evidence["reach_high"]
    return low + INSIDE * (high - low), high - INSIDE * (high - low)


def pairs_every_with_every(gradients: Gradients) -> bool:
    """Whether each sample's gradient is the mean over all real outputs: real (n,) against fake (n, 1) makes a table (n, n).

    With real outputs of two values, three quarters of one and one of the other, every sample then has the same mixture of its gradients at
    either value. With proper pairs gradients differ from sample to sample. A loss of the mean output has the gradient of that mean: another one than
    the mixture, but for a loss whose gradient is linear, of which a table wants the same as the mean does.
    """
    above, below = (gradients("discriminator", value, 0.0).get(FAKE) for value in (APART, -APART))
    mixed = gradients("discriminator", lambda count: np.where(np.arange(count) % 4 < 3, APART, -APART), 0.0).get(FAKE)
    if above is None or below is None or mixed is None or np.allclose(above, below, rtol=1e-3):
        return False
    of_mean = gradients("discriminator", APART / 2, 0.0).get(FAKE)  # three quarters at one value and a quarter at the other
    if of_mean is not None and np.allclose(mixed, of_mean, rtol=1e-3):
        return False
    return bool(np.allclose(mixed, 0.75 * above + 0.25 * below, rtol=1e-3) and len(mixed) > 4)


def _outputs(real: Any, fake: Any) -> Outputs:
    """Outputs by kind of row; each is a number, or a function of the number of rows."""

    def outputs(kinds: np.ndarray) -> np.ndarray:
        values = np.full(len(kinds), np.nan)
        for kind, value in ((REAL, real), (FAKE, fake)):
            chosen = kinds == kind
            values[chosen] = value(int(chosen.sum())) if callable(value) else value
        return values

    return outputs


def means(gradients: dict[str, np.ndarray]) -> dict[str, float | None]:
    """The mean gradient by kind of row; null where a gradient is not finite."""
    return {kind: float(values.mean()) if np.isfinite(values).all() else None for kind, values in gradients.items()}
