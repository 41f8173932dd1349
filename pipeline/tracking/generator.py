"""A cell's generator as an MLflow model that answers requests, ready to be loaded and served without this package."""

import tempfile
from pathlib import Path
from typing import Any

import keras
import mlflow
import numpy as np
import PIL
import pydantic
import tensorflow as tf
from mlflow.models import Model

from pipeline.files.cells import GENERATOR
from pipeline.files.weights import read_weights
from pipeline.gan.base import image_low
from pipeline.gan.networks.build import build_generator
from pipeline.settings.variants import VariantSettings
from pipeline.tracking.background import computing
from pipeline.tracking.store import REQUESTS

CODE = Path(__file__).with_name("generator_model.py")


def log_generator(run_id: str, gan: Path, variant: VariantSettings) -> str:
    """Log the generator in the folder `gan` with its signature, an example and the packages that it needs; returns the model's id."""
    example = {"count": 1, "seed": 0, "format": "png"} | ({"digit": 7} if variant.classes > 1 else {})
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run(run_id=run_id):
        with computing:
            generator = build_generator(variant)
            read_weights(generator, gan / GENERATOR)
            generator.save(Path(folder) / "generator.keras")
        logged = Model.log(
            artifact_path=None,
            name="generator",
            flavor=ComputedModel,
            flavor_name="pyfunc",
            python_model=CODE,
            artifacts={"generator": str(Path(folder) / "generator.keras")},
            model_config=configuration(variant),
            model_type=REQUESTS,
            validate_serving_input=False,  # it would answer the example once more; tests do
            input_example=[example],
            pip_requirements=[f"{package.__name__}=={package.__version__}" for package in (mlflow, keras, tf, np, pydantic)]
            + [f"pillow=={PIL.__version__}"],
        )
    return str(logged.model_id)


class ComputedModel:
    """MLflow's models from code, with TensorFlow's part of saving one, which tries the example, kept apart from the store's part."""

    @staticmethod
    def save_model(validate_serving_input: bool, **arguments: Any) -> None:
        """Save a model as `mlflow.pyfunc.save_model` does; the first argument is meant for `Model.log` alone."""
        with computing:
            mlflow.pyfunc.save_model(**arguments)


def configuration(variant: VariantSettings) -> dict[str, str | float]:
    """What the logged model knows of the variant besides its network."""
    return {"low": image_low(variant), "classes": variant.classes, "latent_distribution": variant.latent_distribution}
