"""A network called once more, on inputs of the doctor's own: nothing that lasts is changed, and no number of the user's is drawn."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import tree

from pipeline.doctor.tracing import state
from pipeline.doctor.tracing.as_traced import as_traced
from pipeline.doctor.tracing.random_numbers import repeatable
from pipeline.doctor.tracing.second_trace import replayable
from pipeline.doctor.tracing.seen import call_again


class Again:
    """A network as a function of arrays, traced once for each structure of inputs.

    Random layers draw the same numbers in every call, so that two calls differ only by their inputs.
    """

    def __init__(self, network: keras.Layer) -> None:
        self.network = network
        self.traced: dict[Any, tuple[Any, dict[int, tf.Tensor]]] = {}

    def __call__(self, inputs: Any, training: bool) -> list[np.ndarray]:
        """The network's outputs, flat, as arrays.

        Args:
            inputs: arrays in the structure in which a recorder kept them.
            training: whether layers behave as in training.
        """
        leaves = [np.asarray(leaf) for leaf in tree.flatten(inputs)]
        kind = training, tuple((leaf.shape, leaf.dtype) for leaf in leaves)
        if kind not in self.traced:
            self.traced[kind] = self._trace(inputs, leaves, training)
        function, handles = self.traced[kind]
        with as_traced(), state.preserved(handles):
            return [output.numpy() for output in function(*map(tf.constant, leaves))]

    def _trace(self, inputs: Any, leaves: list[np.ndarray], training: bool) -> tuple[Any, dict[int, tf.Tensor]]:
        def run(*tensors: tf.Tensor) -> list[tf.Tensor]:
            with repeatable(tf.constant(0)):
                outputs = call_again(self.network, tree.pack_sequence_as(inputs, list(tensors)), training)
            return [tf.convert_to_tensor(leaf) for leaf in tree.flatten(outputs)]

        with as_traced(), state.preserved_random():  # layers may draw from Python's generators while they are traced
            function = tf.function(run, autograph=False).get_concrete_function(*(tf.TensorSpec(leaf.shape, leaf.dtype) for leaf in leaves))
        return function, replayable(function)
