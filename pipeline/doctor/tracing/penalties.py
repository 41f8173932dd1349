"""Penalties on the gradient of a discriminator's outputs with respect to what it is given."""

import numpy as np
import tensorflow as tf
from keras import tree

from pipeline.doctor.tracing.lines import operations_before
from pipeline.doctor.tracing.look import Look, Observed


def penalty_is_unused(look: Observed) -> bool:
    """Whether a step computes gradients with respect to rows, and no gradient for weights depends on them; False where that cannot be seen.

    A loss that only adds a penalty which was computed outside of its tape has the same gradients as without it.
    """
    if not isinstance(look, Look):
        return False
    record, graph = look.symbolic(), look.traces.plain.function.graph
    penalties = [leaf for gradient in record.gradients for leaf in tree.flatten(gradient.of_tensors) if hasattr(leaf, "graph")]
    parts = [part for gradient in record.gradients for part in gradient.of if part is not None]
    parts = [part.values if isinstance(part, tf.IndexedSlices) else part for part in parts]
    if not penalties or not parts or any(leaf.graph is not graph for leaf in [*penalties, *parts]):
        return False
    before = operations_before(parts)
    return not any(leaf.op.name in before for leaf in penalties)


def slope(look: Observed) -> float | None:
    """The mean length of the gradients with respect to rows that a step computes, as a penalty sees them; None if it computes none."""
    parts = [leaf for gradient in look.record.gradients for leaf in tree.flatten(gradient.of_tensors)]
    arrays = [leaf for leaf in parts if isinstance(leaf, np.ndarray) and leaf.ndim > 1 and len(leaf) > 1]
    if not arrays:
        return None
    return float(np.mean([np.linalg.norm(np.reshape(array, (len(array), int(np.prod(array.shape[1:])))), axis=1).mean() for array in arrays]))
