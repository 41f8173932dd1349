"""One training step of any Keras GAN, run eagerly, recorded and undone.

Nothing is updated, and what a step changes in the models' variables (batch statistics, counters, states of seed generators) is restored. Only
random numbers that are drawn without a seed of their own continue from where the step left them.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from pipeline.doctor.evidence.step_recorder import Outputs, Step, StepRecorder


def run_step(gan: keras.Model, generator: keras.Model, discriminator: keras.Model, batch: Any, outputs: Outputs | None = None) -> Step:
    """Run `gan.train_step(batch)` and restore what it changes; `outputs` replaces the discriminator's outputs."""
    recorder = StepRecorder(generator, discriminator, batch, outputs)
    values = [(variable, variable.numpy()) for variable in _distinct(gan.variables + generator.variables + discriminator.variables)]
    eager = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        with recorder.recording():
            gan.train_step(batch)
        moved = {name: _statistics_moved(network, values) for name, network in recorder.networks.items()}
    finally:
        tf.config.run_functions_eagerly(eager)
        for variable, value in values:
            variable.assign(value)
    return recorder.step._replace(statistics_moved=moved)


def _distinct(variables: list[Any]) -> list[Any]:
    return list({id(variable): variable for variable in variables}.values())


def _statistics_moved(network: keras.Model, before: list[tuple[Any, np.ndarray]]) -> bool | None:
    statistics = {id(variable) for variable in network.non_trainable_variables if "moving_" in variable.name}
    moved = [not np.array_equal(value, variable.numpy()) for variable, value in before if id(variable) in statistics]
    return any(moved) if moved else None
