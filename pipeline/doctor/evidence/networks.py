"""What a network does, measured from outside: no layer's name or class is trusted, and every weight is restored.

`network` is any Keras model, `inputs` is what it takes, with at least six rows.
"""

from typing import Any

import keras
import numpy as np
from keras import tree

from pipeline.doctor.evidence.layers import affine_pairs, dead_units, fewest_units, last_layer, perturb, restored, weighted_layers, weights
from pipeline.doctor.evidence.tensors import is_float

AMPLIFIED = 1e4  # a factor that drives any bounded activation to its bounds, and still squares to a finite float32
BOUNDED = 100.0  # outputs that stay below this although amplified are bounded by an activation
TINY = 1e-30


def describe_network(network: keras.Model, inputs: Any) -> dict[str, Any]:
    """Evidence about one network: its layers, its outputs and their range, its inputs, whether a row's output depends on other rows."""
    outputs = _run(network, inputs)
    low, high = _reach(network, inputs)
    span = max(high - low, TINY)
    kernels = [variable for variable in weights(network) if len(variable.shape) > 1]
    return {
        "weighted_layers": len(weighted_layers(network)),
        "affine_pairs": affine_pairs(network, inputs),
        "dead_units": dead_units(network, inputs),
        "trainable_variables": len(network.trainable_variables),
        "kernels": len(kernels),
        "zero_kernels": [variable.path for variable in kernels if not np.any(variable.numpy())],
        "constant_kernels": [variable.path for variable in kernels if min(variable.shape[-2:]) > 1 and _is_constant(variable)],
        "fewest_units": fewest_units(network, inputs),
        "output_sd": float(outputs.std()),
        "reach_low": low,
        "reach_high": high,
        "bounded": max(abs(low), abs(high)) < BOUNDED,
        "at_bounds": float(((outputs < low + 0.01 * span) | (outputs > high - 0.01 * span)).mean()),
        "ignored_inputs": _ignored_inputs(network, inputs),
        "batch_dependent": _batch_dependent(network, inputs),
    }


def _is_constant(variable: keras.Variable) -> bool:
    """Whether all elements are one number; a table of scales for labels may begin with ones."""
    values = variable.numpy()
    return bool(values.any() and np.ptp(values) == 0) and not variable.path.endswith("embeddings")


def _reach(network: keras.Model, inputs: Any) -> tuple[float, float]:
    """The lowest and the highest output while inputs and the last layer's weights are amplified, with either sign."""
    louder = tree.map_structure(lambda leaf: leaf * AMPLIFIED if is_float(leaf) else leaf, inputs)
    with restored(network):
        last = weights(layer) if (layer := last_layer(network, inputs)) else []
        found = [_run(network, louder)]
        for factor in (AMPLIFIED, -1):
            for variable in last:
                variable.assign(variable * factor)
            found += [_run(network, inputs), _run(network, louder)]
    values = np.nan_to_num(np.concatenate([np.ravel(outputs) for outputs in found]), posinf=AMPLIFIED, neginf=-AMPLIFIED)
    return float(values.min()), float(values.max())


def _ignored_inputs(network: keras.Model, inputs: Any) -> list[str]:
    """Names of the inputs whose rows can be exchanged without changing any output."""
    names = [str(path[-1] if path else "input") for path, _ in tree.flatten_with_path(inputs)]
    leaves = tree.flatten(inputs)
    ignored = []
    with restored(network):
        perturb(network)
        outputs = _run(network, inputs)
        for place, name in enumerate(names):
            moved = [keras.ops.roll(leaf, 1, axis=0) if place == here else leaf for here, leaf in enumerate(leaves)]
            rolled = _run(network, tree.pack_sequence_as(inputs, moved))
            if np.ptp(np.asarray(leaves[place]), axis=0).any() and np.array_equal(rolled, outputs):
                ignored.append(name)
    return ignored


def _batch_dependent(network: keras.Model, inputs: Any) -> bool:
    """Whether, in training mode, the outputs of the batch's first half depend on its second half."""
    half = len(tree.flatten(inputs)[0]) // 2
    other = tree.map_structure(lambda leaf: keras.ops.concatenate([leaf[:half], keras.ops.zeros_like(leaf[half:])]), inputs)
    with restored(network):
        outputs = _run(network, inputs, training=True)[:half]
    with restored(network):
        without = _run(network, other, training=True)[:half]
    return not np.allclose(outputs, without, rtol=1e-3, atol=1e-5)


def _run(network: keras.Model, inputs: Any, training: bool = False) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(network(inputs, training=training)), "float32")
