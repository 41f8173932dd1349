"""Adam with one operation of TensorFlow for the update of a variable."""

from typing import Any

import keras
import tensorflow as tf

EPSILON = 1e-8  # as in the question's optimiser; it matters where saturated units make gradients tiny


class Adam(keras.optimizers.Adam):
    """Keras' Adam (Kingma and Ba 2014, arXiv:1412.6980), whose own update takes some fifteen operations for each variable.

    >>> weight = keras.Variable([1.0])
    >>> Adam(learning_rate=0.1).apply([tf.constant([5.0])], [weight])
    >>> round(float(weight.numpy()[0]), 6)  # the first step is as long as the rate, whatever the gradient
    0.9
    """

    def _backend_update_step(self, grads: list[tf.Tensor], trainable_variables: list[Any], learning_rate: tf.Tensor) -> None:
        """Where several devices train one model, gradients come as means over them, and each updates its own copy; Keras would add them up."""
        if tf.distribute.get_strategy().num_replicas_in_sync == 1:
            super()._backend_update_step(grads, trainable_variables, learning_rate)
            return
        for gradient, variable in zip(grads, trainable_variables, strict=True):
            self.update_step(gradient, variable, learning_rate)

    def update_step(self, gradient: tf.Tensor, variable: Any, learning_rate: tf.Tensor) -> None:
        """m <- b1 m + (1 - b1) g; v <- b2 v + (1 - b2) g^2; w <- w - r sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + epsilon)."""
        step = tf.cast(self.iterations + 1, tf.float32)
        index = self._get_variable_index(variable)
        tf.raw_ops.ResourceApplyAdam(
            var=(variable.value if isinstance(variable, keras.Variable) else variable).handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=self.beta_1**step,
            beta2_power=self.beta_2**step,
            lr=learning_rate,
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )
