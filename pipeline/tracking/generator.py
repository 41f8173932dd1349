"""A cell's generator as an MLflow model, ready to be served without this package."""

from pathlib import Path

import keras
import mlflow
import numpy as np
import tensorflow as tf
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema, TensorSpec

from pipeline.files.cells import GENERATOR
from pipeline.gan.networks.build import build_generator
from pipeline.settings.variants import VariantSettings


def log_generator(run_id: str, gan: Path, variant: VariantSettings) -> str:
    """Log the generator in the folder `gan` with its signature and the packages that it needs; returns MLflow's id of the model."""
    generator = build_generator(variant)
    generator.load_weights(gan / GENERATOR)
    inputs: list[ColSpec | TensorSpec] = [
        TensorSpec(np.dtype(tensor.dtype), (-1, *tensor.shape[1:]), name) for name, tensor in generator.input.items()
    ]
    output = TensorSpec(np.dtype("float32"), (-1, *generator.output_shape[1:]))
    with mlflow.start_run(run_id=run_id):
        logged = mlflow.keras.log_model(
            generator,
            name="generator",
            signature=ModelSignature(Schema(inputs), Schema([output])),
            pip_requirements=[f"{package.__name__}=={package.__version__}" for package in (keras, tf, mlflow)],
        )
    return logged.model_id
