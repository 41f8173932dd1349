"""Runs the graph of a traced function as it was traced, without TensorFlow's rewriting of graphs.

Its dependency optimizer (Grappler, seen in TensorFlow 2.21) can lose the order between reading a variable and updating it: of 120 traces of the same
small step with replaceable outputs, 13 computed their losses with the updated weights.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tensorflow.core.protobuf import config_pb2
from tensorflow.python.eager import context  # its options hold for one thread; those of tf.config.optimizer would reach the user's functions, too


@contextmanager
def as_traced() -> Iterator[None]:
    """Functions that this thread traces and runs for the first time inside of the `with` block keep their graph."""
    here: Any = context.context()
    before = here.function_call_options
    config = config_pb2.ConfigProto.FromString(before.config_proto_serialized)
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    here.function_call_options = context.FunctionCallOptions(before.executor_type, config)
    try:
        yield
    finally:
        here.function_call_options = before
