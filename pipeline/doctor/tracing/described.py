"""The two networks of a pair, described from what they were really given, with the weights that they had when training began."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import tree

from pipeline.doctor.evidence.examination import ROWS
from pipeline.doctor.evidence.layers import last_layer, restored, weights
from pipeline.doctor.evidence.networks import describe_network
from pipeline.doctor.evidence.step_recorder import REAL
from pipeline.doctor.tracing import state
from pipeline.doctor.tracing.look import Observed
from pipeline.doctor.tracing.origins import Given
from pipeline.doctor.tracing.random_numbers import repeatable
from pipeline.doctor.tracing.record import Call
from pipeline.doctor.tracing.score import Score
from pipeline.doctor.tracing.second_trace import replayable
from pipeline.doctor.tracing.seen import Seen, call_again, few_rows, first_output

Evidence = dict[str, Any]
APART = 5.0  # logits at which every logistic loss is sure
SAME_OUTPUT = 0.1  # of the spread of outputs: the small number in a batch normalisation's root is not scaled
ONE_MEAN = 1e-3  # of the spread of outputs: rounding; a normalised layer before the last activation leaves a twentieth
PILED_UP = 1e-4  # of a matrix's weights


def describe_generator(generator: keras.Layer, calls: Sequence[Call], looks: Sequence[Observed]) -> Evidence | None:
    """What `describe_network` measures of a generator; None if what it was given could not be seen.

    Args:
        generator: the generator.
        calls: its calls.
        looks: they know its first weights.
    """
    call = next((call for call in calls if _is_known(call.inputs)), None)
    if call is None:
        return None
    rows = np.arange(min(ROWS, len(tree.flatten(call.inputs)[0])))
    inputs = few_rows(call.inputs, rows)
    with _as_before(generator, inputs, looks):
        described = describe_network(Seen(generator, first_output), inputs)
    return described | {"trainable_variables": len(weights(generator)), "dropout": _dropout(generator)}


def describe_discriminator(discriminator: keras.Layer, given: Sequence[Given], score: Score | None, looks: Sequence[Observed]) -> Evidence | None:
    """The same for a discriminator, about its output that says how real a row is, and whether it is clipped or normalised.

    Args:
        discriminator: the discriminator.
        given: its calls.
        score: which of its outputs is meant; the first one if it is not known.
        looks: they know its first weights.
    """
    call = next((one for one in given if (one.kinds == REAL).any() and _is_known(one.call.inputs)), None)
    if call is None:
        return None
    seen = Seen(discriminator, lambda outputs: tree.flatten(outputs)[score.leaf if score else 0])
    inputs = few_rows(call.call.inputs, np.flatnonzero(call.kinds == REAL)[:ROWS])
    with _as_before(discriminator, inputs, looks):
        described: Evidence = describe_network(seen, inputs) | {"normalised": _is_normalised(seen, inputs)}
        described["blind_to_scale"] = described["batch_dependent"] and _is_blind(seen, inputs)
        described["same_mean_of_any_batch"] = described["batch_dependent"] and _has_one_mean(seen, inputs)
    described |= {"trainable_variables": len(weights(discriminator)), "clipped": _is_clipped(discriminator), "dropout": _dropout(discriminator)}
    described["sums_to_one_over_batch"] = any(_is_divided_by_batch(leaf) for one in given for leaf in tree.flatten(one.call.outputs))
    if score and score.logits:  # the losses see what comes before the last activation
        if described["reach_low"] == described["reach_high"]:  # a softmax of one number: it hides what the logits depend on
            described["ignored_inputs"] = []
        described |= {"bounded": False, "reach_low": -APART, "reach_high": APART, "at_bounds": 0.0}
    return described


@contextmanager
def _as_before(network: keras.Layer, inputs: Any, looks: Sequence[Observed]) -> Iterator[None]:
    """The network with the weights that it had when training began; its calls change nothing that lasts, and draw no number of the user's."""
    with state.preserved_random(), repeatable(tf.constant(0)):
        # Layers may have variables of which Keras knows nothing, and draw from generators outside of the network.
        traced = tf.function(lambda: [call_again(network, inputs, training) for training in (False, True)], autograph=False)
        handles = {id(variable.value.handle): variable.value.handle for variable in network.variables} | replayable(traced.get_concrete_function())
    with state.preserved(handles), state.preserved_random(), repeatable(tf.constant(0)):
        for look in reversed(looks):
            state.write(handles, look.start)
        yield


def _dropout(network: keras.Layer) -> float:
    """The largest share that a layer drops while training."""
    kinds = (keras.layers.Dropout, keras.layers.SpatialDropout1D, keras.layers.SpatialDropout2D, keras.layers.AlphaDropout)
    return max((float(layer.rate) for layer in network._flatten_layers() if isinstance(layer, kinds)), default=0.0)


def _is_clipped(network: keras.Layer) -> bool:
    """Whether weights pile up at one largest size, or a constraint holds them: what clipping leaves behind."""
    if any(getattr(layer, "kernel_constraint", None) is not None for layer in network._flatten_layers()):
        return True
    sizes = [np.abs(variable.numpy()).ravel() for variable in weights(network) if len(variable.shape) > 1]
    return any(
        size.max() > 0 and np.mean(size >= size.max() * (1 - 1e-6)) > PILED_UP and np.sum(size >= size.max() * (1 - 1e-6)) > 2 for size in sizes
    )


def _is_divided_by_batch(output: Any) -> bool:
    """Whether each number of the outputs sums to one over the rows, and rows do not: an activation over the wrong axis."""
    if not isinstance(output, np.ndarray) or output.ndim != 2 or len(output) <= output.shape[1] or (output < 0).any():
        return False
    return bool(np.allclose(output.sum(axis=0, dtype="float64"), 1.0, atol=1e-4))


def _is_normalised(seen: Seen, inputs: Any) -> bool:
    """Whether outputs stay the same when the last layer's weights are ten times as large: spectral normalisation, or another one behind it."""
    before = np.asarray(seen(inputs))
    with restored(seen):
        layer = last_layer(seen, inputs)
        for variable in weights(layer) if layer else []:
            variable.assign(variable * 10.0)
        after = np.asarray(seen(inputs))
    return bool(np.abs(after).mean() < 2 * np.abs(before).mean())


def _is_blind(seen: Seen, inputs: Any) -> bool:
    """Whether outputs stay much the same when all rows of a batch are larger and shifted, with batch normalisation as in training."""
    with restored(seen):
        before = np.asarray(seen(inputs, training=True))
    moved = tree.map_structure(lambda leaf: leaf * 1.5 + 0.7 if leaf.dtype.is_floating else leaf, inputs)
    with restored(seen):
        after = np.asarray(seen(moved, training=True))
    return bool(np.abs(after - before).mean() < SAME_OUTPUT * before.std())


def _has_one_mean(seen: Seen, inputs: Any) -> bool:
    """Whether the mean output of a batch is the same for real rows and for noise of any kind, with batch normalisation as in training."""
    random, means, spreads = np.random.default_rng(0), [], []
    for scale in (0.0, 1.0, 30.0):
        rows = tree.map_structure(lambda leaf, by=scale: leaf + by * _noise_like(leaf, random) if leaf.dtype.is_floating else leaf, inputs)
        with restored(seen):
            outputs = np.asarray(seen(rows, training=True), "float64")
        if outputs.min() > 0 and outputs.max() < 1:  # probabilities: a logit's mean is meant
            outputs = np.log(outputs) - np.log1p(-outputs)
        means.append(float(outputs.mean()))
        spreads.append(float(outputs.std()))
    return bool(min(spreads) > 0 and np.ptp(means) < ONE_MEAN * min(spreads))


def _noise_like(leaf: tf.Tensor, random: np.random.Generator) -> tf.Tensor:
    return tf.cast(np.std(leaf) * random.uniform(0, 1, leaf.shape), leaf.dtype)


def _is_known(structure: Any) -> bool:
    leaves = tree.flatten(structure)
    return bool(leaves) and all(isinstance(leaf, np.ndarray) for leaf in leaves)
