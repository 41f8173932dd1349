"""What the layers of a network do, observed while a batch passes through them; and how to change a network's weights for a moment."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
import numpy as np
from keras import tree

from pipeline.doctor.evidence.monkeypatch import wrapped

AFFINE = 0.02  # relative: rounding of bfloat16 stays under 0.01, a leaky ReLU of slope 0.2 is above 0.1
LARGE = 30.0  # drives units to both sides of their threshold, and a tanh behind weights of any usual size out of its straight part
FEW = 8  # units: narrower places are looked at
NOISE = 0.05  # perturbs weights that start at zero, so that their effect on the output can be measured
Observe = Callable[[keras.Layer, np.ndarray], np.ndarray]  # a weighted layer and its input -> the input to give it instead


def weights(layer: keras.Layer) -> list[keras.Variable]:
    """What gradients can move. `trainable` is not asked: scripts switch it on and off in every step."""
    return [variable for variable in layer.variables if "float" in str(variable.dtype) and not is_statistic(variable)]


def is_statistic(variable: keras.Variable) -> bool:
    """Whether it is a moving average of batch normalisation."""
    return "moving_" in variable.path


def is_spectral_vector(variable: keras.Variable) -> bool:
    """Whether it is what spectral normalisation measures the size of a matrix with."""
    return variable.path.endswith("vector_u")


def weighted_layers(network: keras.Model) -> list[keras.Layer]:
    """The layers that multiply by a matrix or convolve, nested ones too."""
    leaves = [layer for layer in network._flatten_layers(include_self=False) if not list(layer._flatten_layers(include_self=False))]
    leaves = [layer for layer in leaves if not isinstance(layer, keras.layers.PReLU)]  # it has one slope per unit and mixes no units
    return [layer for layer in leaves if any(len(weight.shape) > 1 for weight in weights(layer))]


def affine_pairs(network: keras.Model, inputs: Any) -> list[list[str]]:
    """Names of weighted layers that are called one after the other with nothing but an affine map between them.

    A map f is affine if f((x + y) / 2) = (f(x) + f(y)) / 2. Each weighted layer's input is replaced by random numbers, and the last third of its rows
    by the midpoints of the first two thirds; the next weighted layer's input shows whether midpoints came out. The numbers are large and lie on
    both sides of zero: units that this batch happens to put on one side of their threshold, or in the straight part of a tanh, are not linear.
    """
    pairs: list[list[str]] = []
    before: list[str] = []
    random = np.random.default_rng(0)

    def observe(layer: keras.Layer, values: np.ndarray) -> np.ndarray:
        third = len(values) // 3
        first, second, last = values[:third], values[third : 2 * third], values[2 * third : 3 * third]
        distance = np.linalg.norm(first - second)
        if before and distance > 0 and np.linalg.norm(last - (first + second) / 2) < AFFINE * distance:
            pairs.append([before[-1], layer.name])
        before.append(layer.name)
        first, second = (LARGE * random.standard_normal(first.shape).astype(values.dtype) for _ in range(2))
        return np.concatenate([first, second, (first + second) / 2, values[3 * third :]])

    with restored(network):
        perturb(network)
        _observe_layers(network, inputs, observe)
    return pairs


def dead_units(network: keras.Model, inputs: Any) -> float:
    """The largest share of the units before a layer that are zero for every row.

    Weights are perturbed for this, because units may be zero only because weights before them start at zero.
    """
    shares: list[float] = []

    def observe(layer: keras.Layer, values: np.ndarray) -> np.ndarray:
        shares.append(float((values.reshape(-1, values.shape[-1]) == 0).all(axis=0).mean()))
        return values

    with restored(network):
        perturb(network)
        _observe_layers(network, inputs, observe)
    return max(shares[1:], default=0.0)  # the first layer's input is the network's own


def fewest_units(network: keras.Model, inputs: Any) -> int | None:
    """The smallest number of units, between two weighted layers, that everything passes through; None where that is more than a few.

    Everything passes through a layer's input if outputs are the same in all rows once it is: what goes around it, as in a residual block, makes
    them differ.
    """
    rows = len(tree.flatten(inputs)[0])
    sizes: list[int] = []

    def measure(layer: keras.Layer, values: np.ndarray) -> np.ndarray:
        sizes.append(int(np.prod(values.shape[1:])) if len(values) == rows else FEW + 1)
        return values

    with restored(network):
        perturb(network)
        if _same_in_all_rows(_observe_layers(network, inputs, measure)):
            return None
        narrow = [place for place in range(1, len(sizes)) if sizes[place] <= FEW]  # the first layer's input is the network's own
        return min((sizes[place] for place in narrow if _same_in_all_rows(_with_one_row(network, inputs, place))), default=None)


def last_layer(network: keras.Model, inputs: Any) -> keras.Layer | None:
    """The weighted layer that is called last."""
    called: list[keras.Layer] = []

    def observe(layer: keras.Layer, values: np.ndarray) -> np.ndarray:
        called.append(layer)
        return values

    _observe_layers(network, inputs, observe)
    return called[-1] if called else None


def perturb(network: keras.Model) -> None:
    """Add a little noise to every trainable weight."""
    generator = np.random.default_rng(0)
    for variable in weights(network):
        variable.assign(variable + NOISE * generator.standard_normal(variable.shape))


@contextmanager
def restored(network: keras.Model) -> Iterator[None]:
    """Restore every variable at the end of the `with` block."""
    values = [(variable, variable.numpy()) for variable in network.variables]
    try:
        yield
    finally:
        for variable, value in values:
            variable.assign(value)


def _observe_layers(network: keras.Model, inputs: Any, observe: Observe) -> Any:
    """Run the network once and pass every weighted layer's input through `observe`; gives the network's outputs."""

    def wrap(layer: keras.Layer) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def wrapping(call: Callable[..., Any]) -> Callable[..., Any]:
            def observed(given: Any, *others: Any, **named: Any) -> Any:
                if not hasattr(given, "dtype") or "int" in keras.backend.standardize_dtype(given.dtype):
                    return call(given, *others, **named)  # several inputs, or the integers that an embedding takes
                values = observe(layer, keras.ops.convert_to_numpy(given).astype("float32"))
                return call(keras.ops.cast(values, given.dtype), *others, **named)

            return observed

        return wrapping

    with ExitStack() as stack:
        for layer in weighted_layers(network):
            stack.enter_context(wrapped(layer, "call", wrap(layer)))
        return network(inputs, training=False)


def _with_one_row(network: keras.Model, inputs: Any, place: int) -> Any:
    """The outputs if one weighted layer's input is the same in all rows; `place` counts the calls of such layers."""
    called: list[keras.Layer] = []

    def first_row(layer: keras.Layer, values: np.ndarray) -> np.ndarray:
        called.append(layer)
        return np.repeat(values[:1], len(values), axis=0) if len(called) == place + 1 else values

    return _observe_layers(network, inputs, first_row)


def _same_in_all_rows(outputs: Any) -> bool:
    leaves = [np.asarray(keras.ops.convert_to_numpy(leaf), "float32") for leaf in tree.flatten(outputs)]
    return all(np.allclose(leaf, leaf[:1], rtol=1e-4, atol=1e-6) for leaf in leaves)
