"""A generator that answers requests: digits by class, number and seed, as PNG or as arrays.

MLflow stores this one file beside the generator ("models from code"), so it imports nothing of this package and runs without it.
"""

import base64
import io
import json
import reprlib
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.protos.databricks_pb2 import BAD_REQUEST
from mlflow.pyfunc.model import PythonModel, PythonModelContext
from numpy.typing import NDArray
from PIL import Image
from pydantic import BaseModel, ConfigDict, SkipValidation, model_serializer

MOST_IMAGES = 1000  # of one request; it bounds the memory and the time that a request takes
LARGEST_SEED = 2**63 - 1  # a `long` of the signature
FORMATS = ("png", "array")


class Refusal(MlflowException):
    """A request that the generator cannot answer; over HTTP it is status 400 and this sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, error_code=BAD_REQUEST)

    def serialize_as_json(self) -> str:
        """The server's answer: the sentence alone, without the request that MLflow puts before it."""
        return json.dumps({"error_code": self.error_code, "message": self.args[0]})


class Request(BaseModel):
    """Images of one class. MLflow makes the signature from these types, and `Generator` checks the values, so that every error is one sentence."""

    model_config = ConfigDict(extra="allow")

    digit: SkipValidation[int | None] = None  # the class; of a generator that has classes
    count: SkipValidation[int | None] = None  # how many images, 1 if it is left out
    seed: SkipValidation[int | None] = None  # of the latents, 0 if it is left out
    latents: SkipValidation[list[list[float]] | None] = None  # one per image, instead of `count` and `seed`
    format: SkipValidation[str | None] = None  # png or array, png if it is left out


class Answer(BaseModel):
    """The images of one request, in the form that it asked for."""

    png: list[str] | None = None  # PNG files as base64
    array: list[list[list[int]]] | None = None  # rows of pixels, 0 (background) to 255

    @model_serializer
    def _only_what_was_asked(self) -> dict[str, Any]:
        return {name: images for name, images in (("png", self.png), ("array", self.array)) if images is not None}


class Checked(NamedTuple):
    """A request whose values the generator can answer."""

    digit: int  # 0 of a generator without classes
    images: int
    seed: int
    latents: NDArray[np.float32] | None
    format: str


class Generator(PythonModel):
    """The averaged generator of a cell; the configuration has `low`, the output that is black, and `classes`, 1 if it cannot be asked for one."""

    def load_context(self, context: PythonModelContext) -> None:
        """Load the generator and compile it, so that the first request takes no longer than others."""
        self.low, self.classes = float(context.model_config["low"]), int(context.model_config["classes"])
        self.uniform = context.model_config["latent_distribution"] == "uniform"
        self.network = keras.models.load_model(context.artifacts["generator"], compile=False, safe_mode=True)  # no code in the file is run
        inputs = {name: tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype) for name, tensor in self.network.input.items()}
        self.compiled = tf.function(lambda batch: self.network(batch, training=False), autograph=False).get_concrete_function(inputs)
        self.latent_size = int(inputs["latent"].shape[1])
        self._images(np.zeros((1, self.latent_size), np.float32), 0)

    def predict(self, model_input: list[Request]) -> list[Answer]:  # type: ignore[override]  # MLflow passes what is named here
        """An answer for each request: the same request gets the same images."""
        if not model_input:
            raise Refusal("inputs: expected one request or more, received none")
        wanted = [self._checked(request) for request in model_input]
        total = sum(request.images for request in wanted)
        if total > MOST_IMAGES:
            raise Refusal(f"inputs: expected at most {MOST_IMAGES} images in all, received requests for {total}; send several requests")
        return [_answer(self._images(self._latents(request), request.digit), request.format) for request in wanted]

    def _images(self, latents: NDArray[np.float32], digit: int) -> NDArray[np.uint8]:
        inputs = {"latent": tf.constant(latents)}
        if self.classes > 1:
            inputs["label"] = tf.fill(len(latents), digit)
        images = self.compiled(inputs).numpy().astype(np.float64)
        pixels = np.clip(np.rint((images - self.low) * (255 / (1 - self.low))), 0, 255).astype(np.uint8)
        return pixels[..., 0] if pixels.shape[-1] == 1 else pixels

    def _latents(self, request: Checked) -> NDArray[np.float32]:
        if request.latents is not None:
            return request.latents
        draws = [np.random.Generator(np.random.PCG64([request.seed, index])) for index in range(request.images)]
        if self.uniform:
            return np.stack([draw.uniform(-1, 1, self.latent_size) for draw in draws]).astype(np.float32)
        return np.stack([draw.standard_normal(self.latent_size) for draw in draws]).astype(np.float32)

    def _checked(self, request: Request) -> Checked:
        if unknown := sorted(request.model_extra or {}):
            raise Refusal(f"inputs: expected only the fields {', '.join(Request.model_fields)}, received {_shown(unknown[0])}")
        form = "png" if request.format is None else request.format
        if form not in FORMATS:
            raise Refusal(f"format: expected one of {', '.join(FORMATS)}, received {_shown(form)}")
        digit = self._checked_digit(request.digit)
        if request.latents is not None:
            if request.count is not None or request.seed is not None:
                raise Refusal("latents: expected neither `count` nor `seed` beside them, which draw latents")
            latents = self._checked_latents(request.latents)
            return Checked(digit, len(latents), 0, latents, form)
        count = 1 if request.count is None else _whole("count", request.count, 1, MOST_IMAGES)
        seed = 0 if request.seed is None else _whole("seed", request.seed, 0, LARGEST_SEED)
        return Checked(digit, count, seed, None, form)

    def _checked_digit(self, digit: Any) -> int:
        if self.classes > 1:
            return _whole("digit", digit, 0, self.classes - 1)
        if digit is not None:
            raise Refusal("digit: this generator draws digits of all classes and cannot be asked for one; leave `digit` out")
        return 0

    def _checked_latents(self, latents: Any) -> NDArray[np.float32]:
        try:
            numbers = np.asarray(latents, np.float32)
        except (TypeError, ValueError, OverflowError):
            numbers = np.zeros(0, np.float32)
        if numbers.ndim != 2 or numbers.shape[1] != self.latent_size or not len(numbers) or not np.isfinite(numbers).all():
            raise Refusal(f"latents: expected one list or more of {self.latent_size} finite numbers each, received {_shown(latents)}")
        return numbers


def _whole(name: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Refusal(f"{name}: expected a whole number from {low} to {high}, received {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    return "nothing" if value is None else reprlib.repr(value)  # short, whatever it is


def _answer(images: NDArray[np.uint8], form: str) -> Answer:
    if form == "array":
        return Answer.model_construct(array=images.tolist())
    return Answer.model_construct(png=[base64.b64encode(_png(image)).decode() for image in images])


def _png(image: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


set_model(Generator())
