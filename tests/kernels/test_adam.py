"""The fused update against Keras' own."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.kernels.adam import EPSILON, Adam

STEPS = 10


def trained(kind: type[keras.optimizers.Adam], beta_1: float, beta_2: float) -> list[np.ndarray]:
    """Weights and the optimizer's state after some compiled steps with a falling rate."""
    optimizer = kind(keras.optimizers.schedules.CosineDecay(0.1, 2 * STEPS, alpha=0.1), beta_1, beta_2, EPSILON)
    weights = [keras.Variable(np.linspace(-1, 1, 12, dtype="float32").reshape(3, 4)), keras.Variable(np.zeros(4, "float32"))]
    optimizer.build(weights)

    @tf.function  # type: ignore[untyped-decorator]
    def step(number: tf.Tensor) -> None:
        optimizer.apply([tf.random.stateless_normal(weight.shape, (0, number)) * (weight + 1) for weight in weights], weights)

    for number in range(STEPS):
        step(tf.constant(number))
    return [np.array(variable.value) for variable in (*weights, *optimizer.variables)]


@pytest.mark.parametrize(("beta_1", "beta_2"), [(0.9, 0.999), (0.5, 0.999), (0.0, 0.9)])
def test_updates_are_those_of_keras(beta_1: float, beta_2: float) -> None:
    fused, own = (trained(kind, beta_1, beta_2) for kind in (Adam, keras.optimizers.Adam))
    for one, other in zip(fused, own, strict=True):
        assert one == pytest.approx(other, rel=1e-4, abs=1e-6)
    assert np.abs(fused[0] - np.linspace(-1, 1, 12).reshape(3, 4)).max() > 0.1


def test_a_constraint_holds_after_an_update() -> None:
    layer = keras.layers.Dense(2, kernel_constraint=lambda weight: tf.clip_by_value(weight, -0.01, 0.01))
    layer.build((None, 3))
    Adam(0.1).apply([tf.ones((3, 2)), tf.ones(2)], layer.trainable_variables)
    assert np.abs(layer.kernel.numpy()).max() <= 0.01
    assert layer.bias.numpy() == pytest.approx([-0.1, -0.1], rel=1e-5)
