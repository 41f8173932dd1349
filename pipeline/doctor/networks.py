"""What two networks do, measured from outside: nothing is read off a layer's name or class, and every weight is put back.

`network` is any Keras model; `inputs` what it takes, with at least six rows.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
import numpy as np
from keras import tree

from pipeline.doctor.patches import wrapped

AMPLIFIED = 1e4  # a factor that drives any bounded activation to its bounds, and still squares to a finite float32
NOISE = 0.05  # stirs weights that start at zero, so that what they lead to can be seen
TINY = 1e-30


def describe_network(network: keras.Model, inputs: Any) -> dict[str, Any]:
    """Evidence about one network: its layers, its outputs and how far they reach, its inputs, whether a row's output depends on other rows."""
    outputs = _run(network, inputs)
    low, high = _reach(network, inputs)
    span = max(high - low, TINY)
    return {
        **_layers(network, inputs),
        "dead_units": _dead_units(network, inputs),
        "trainable_variables": len(network.trainable_variables),
        "output_low": float(outputs.min()),
        "output_high": float(outputs.max()),
        "output_sd": float(outputs.std()),
        "reach_low": low,
        "reach_high": high,
        "at_bounds": float(((outputs < low + 0.01 * span) | (outputs > high - 0.01 * span)).mean()),
        "ignored_inputs": _ignored_inputs(network, inputs),
        "batch_dependent": _batch_dependent(network, inputs),
    }


def weighted_layers(network: keras.Model) -> list[keras.Layer]:
    """The layers that multiply by a matrix or convolve, nested ones too."""
    leaves = [layer for layer in network._flatten_layers(include_self=False) if not list(layer._flatten_layers(include_self=False))]
    return [layer for layer in leaves if any(len(weight.shape) > 1 for weight in layer.trainable_variables + layer.non_trainable_variables)]


def _layers(network: keras.Model, inputs: Any) -> dict[str, Any]:
    """The weighted layers in the order of their calls, and pairs of them with nothing but an affine map between.

    A map f is affine if f((x + y) / 2) = (f(x) + f(y)) / 2. At every weighted layer the last third of the batch is replaced by the midpoints
    of the first two, and the next weighted layer looks whether midpoints arrive.
    """
    order: list[str] = []
    pairs: list[list[str]] = []

    def listen(layer: keras.Layer) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def wrap(call: Callable[..., Any]) -> Callable[..., Any]:
            def heard(given: Any, *others: Any, **named: Any) -> Any:
                values = keras.ops.convert_to_numpy(given)
                if not np.issubdtype(values.dtype, np.floating) and values.dtype.name != "bfloat16":
                    return call(given, *others, **named)  # an embedding
                values = values.astype("float32")
                third = len(values) // 3
                first, second = values[:third], values[third : 2 * third]
                midpoints = (first + second) / 2
                if order:
                    distance = np.linalg.norm(first - second)
                    if distance > 0 and np.linalg.norm(values[2 * third : 3 * third] - midpoints) / distance < AFFINE:
                        pairs.append([order[-1], layer.name])
                order.append(layer.name)
                values[2 * third : 3 * third] = midpoints
                return call(keras.ops.cast(values, given.dtype), *others, **named)

            return heard

        return wrap

    with ExitStack() as stack:
        for layer in weighted_layers(network):
            stack.enter_context(wrapped(layer, "call", listen(layer)))
        network(inputs, training=False)
    return {"weighted_layers": order, "affine_pairs": pairs}


def _dead_units(network: keras.Model, inputs: Any) -> float:
    """The largest share of units before a layer that are zero for every row; with weights stirred, for zeros may come from zeros at the input."""
    shares = [0.0]

    def listen(call: Callable[..., Any]) -> Callable[..., Any]:
        def heard(given: Any, *others: Any, **named: Any) -> Any:
            values = keras.ops.convert_to_numpy(given)
            shares.append(float((values.reshape(-1, values.shape[-1]) == 0).all(axis=0).mean()))
            return call(given, *others, **named)

        return heard

    with _kept(network), ExitStack() as stack:
        _stir(network)
        for layer in weighted_layers(network):
            stack.enter_context(wrapped(layer, "call", listen))
        network(inputs, training=False)
    return max(shares[:1] + shares[2:])  # the first layer's input is the network's own


def _stir(network: keras.Model) -> None:
    generator = np.random.default_rng(0)
    for variable in network.trainable_variables:
        variable.assign(variable + NOISE * generator.standard_normal(variable.shape))


AFFINE = 0.02  # relative: rounding of bfloat16 stays under 0.01, a leaky ReLU of slope 0.2 is above 0.1


def _reach(network: keras.Model, inputs: Any) -> tuple[float, float]:
    """The lowest and the highest output when inputs and last weights are amplified, either way."""
    louder = tree.map_structure(lambda leaf: leaf * AMPLIFIED if _is_float(leaf) else leaf, inputs)
    with _kept(network):
        last = weighted_layers(network)[-1].trainable_variables if weighted_layers(network) else []
        found = [_run(network, louder)]
        for factor in (AMPLIFIED, -1):
            for variable in last:
                variable.assign(variable * factor)
            found += [_run(network, inputs), _run(network, louder)]
    values = np.nan_to_num(np.concatenate([np.ravel(outputs) for outputs in found]), posinf=AMPLIFIED, neginf=-AMPLIFIED)
    return float(values.min()), float(values.max())


def _ignored_inputs(network: keras.Model, inputs: Any) -> list[str]:
    """Inputs whose rows can be exchanged without any output changing."""
    names = [str(path[-1] if path else "input") for path, _ in tree.flatten_with_path(inputs)]
    leaves = tree.flatten(inputs)
    ignored = []
    with _kept(network):
        _stir(network)
        outputs = _run(network, inputs)
        for place, name in enumerate(names):
            moved = [keras.ops.roll(leaf, 1, axis=0) if place == here else leaf for here, leaf in enumerate(leaves)]
            rolled = _run(network, tree.pack_sequence_as(inputs, moved))
            if np.ptp(np.asarray(leaves[place]), axis=0).any() and np.array_equal(rolled, outputs):
                ignored.append(name)
    return ignored


def _batch_dependent(network: keras.Model, inputs: Any) -> bool:
    """Whether, as in training, the first half's outputs depend on the second half."""
    half = len(tree.flatten(inputs)[0]) // 2
    other = tree.map_structure(lambda leaf: keras.ops.concatenate([leaf[:half], keras.ops.zeros_like(leaf[half:])]), inputs)
    with _kept(network):
        outputs = _run(network, inputs, training=True)[:half]
    with _kept(network):
        without = _run(network, other, training=True)[:half]
    return not np.allclose(outputs, without, rtol=1e-3, atol=1e-5)


def _run(network: keras.Model, inputs: Any, training: bool = False) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(network(inputs, training=training)), "float32")


def _is_float(leaf: Any) -> bool:
    return "float" in keras.backend.standardize_dtype(leaf.dtype)


@contextmanager
def _kept(network: keras.Model) -> Iterator[None]:
    """Put every variable back afterwards."""
    kept = [(variable, variable.numpy()) for variable in network.variables]
    try:
        yield
    finally:
        for variable, value in kept:
            variable.assign(value)
