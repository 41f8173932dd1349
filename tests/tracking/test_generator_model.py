"""What a run logs as its model: a file that answers requests without this package, with one sentence for each that it cannot answer."""

import ast
import base64
import io
import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from mlflow.pyfunc.model import PythonModelContext
from PIL import Image

from pipeline.data.pixels import to_bytes
from pipeline.gan.base import generator_inputs, image_low
from pipeline.gan.networks.build import build_generator, is_conditional
from pipeline.settings.params import load_settings
from pipeline.settings.variants import VariantSettings
from pipeline.tracking.generator import CODE, configuration
from pipeline.tracking.generator_model import MOST_IMAGES, Answer, Checked, Generator, Refusal
from tests.conftest import ROOT

KINDS: dict[str, dict[str, Any]] = {
    "mlp": {"network": "mlp"},
    "dcgan": {"network": "dcgan"},
    "resnet": {"network": "resnet"},
    "conditional with a mapping network": {"network": "dcgan", "classes": 10, "mapping_layers": 2},
    "three digits in an image": {"digits_per_image": 3},
    "uniform latents, sigmoid": {"latent_distribution": "uniform", "output_activation": "sigmoid"},
    "batch normalisation, mixed precision": {"network": "dcgan", "generator_normalization": "batch", "precision": "mixed_bfloat16"},
}


def variant(**changes: Any) -> VariantSettings:
    small = {"generator_width": 4, "mapping_width": 8, "latent_size": 6, "network": "mlp", "classes": 1}
    return load_settings(ROOT / "params.yaml").gan["answer"].model_copy(update=small | changes)


def load(folder: Path, described: VariantSettings) -> tuple[Generator, keras.Model]:
    """The logged model of an untrained generator, and that generator."""
    network = build_generator(described)
    network.save(folder / "generator.keras")
    model = Generator()
    artifacts = {"generator": str(folder / "generator.keras")}
    model.load_context(PythonModelContext(artifacts, configuration(described)))  # type: ignore[no-untyped-call]
    return model, network


def ask(model: Generator, **fields: Any) -> Answer:
    (answer,) = answers(model, fields)
    return answer


def answers(model: Generator, *requests: Any) -> list[Answer]:
    """As MLflow asks: with dictionaries, of which it makes requests."""
    return model.predict(list(requests))


@pytest.fixture(scope="module")
def conditional(tmp_path_factory: pytest.TempPathFactory) -> Generator:
    return load(tmp_path_factory.mktemp("generator"), variant(classes=10))[0]


@pytest.mark.parametrize("kind", KINDS)
def test_explicit_latents_give_what_the_network_gives(tmp_path: Path, kind: str) -> None:
    described = variant(**KINDS[kind])
    model, network = load(tmp_path, described)
    latents = np.random.default_rng(0).normal(size=(3, 6)).astype(np.float32)
    fields: dict[str, Any] = {"digit": 7} if is_conditional(described) else {}
    inputs = generator_inputs(described, latents, np.full(3, 7, np.int32))
    expected = to_bytes(network(inputs, training=False).numpy(), image_low(described)).astype(int)
    received = np.array(ask(model, latents=latents.tolist(), format="array", **fields).array)
    assert received.shape == ((3, 28, 28) if described.digits_per_image == 1 else (3, 28, 28, 3))
    assert np.abs(received - expected).max() <= 1  # compiled, the last bit of a float may round the other way
    assert (received == expected).mean() > 0.99


def test_code_in_a_model_file_is_not_run(tmp_path: Path) -> None:
    described = variant()
    latent = keras.Input((described.latent_size,), name="latent")
    image = keras.layers.Reshape((28, 28, 1))(keras.layers.Dense(784)(latent))
    harmful = keras.layers.Lambda(lambda image: image)  # stands for any code
    keras.Model({"latent": latent}, harmful(image)).save(tmp_path / "generator.keras")
    context = PythonModelContext({"generator": str(tmp_path / "generator.keras")}, configuration(described))  # type: ignore[no-untyped-call]
    with pytest.raises(ValueError, match="unsafe"):
        Generator().load_context(context)


def test_the_same_request_gets_the_same_images_and_each_depends_on_seed_and_number_alone(conditional: Generator) -> None:
    first = ask(conditional, digit=7, count=5, seed=3, format="array").array
    assert first == ask(conditional, digit=7, count=5, seed=3, format="array").array
    assert first is not None
    assert first[:2] == ask(conditional, digit=7, count=2, seed=3, format="array").array
    assert first != ask(conditional, digit=7, count=5, seed=4, format="array").array
    assert first != ask(conditional, digit=8, count=5, seed=3, format="array").array
    assert len({json.dumps(image) for image in first}) == 5


@pytest.mark.parametrize("distribution", ["uniform", "normal"])
def test_latents_have_the_distribution_of_the_training(tmp_path: Path, distribution: str) -> None:
    model, _ = load(tmp_path, variant(latent_distribution=distribution))
    latents = model._latents(Checked(digit=0, images=1000, seed=0, latents=None, format="png"))
    assert abs(latents.mean()) < 0.05
    assert latents.std() == pytest.approx({"uniform": 3**-0.5, "normal": 1.0}[distribution], abs=0.02)
    assert (np.abs(latents).max() <= 1) == (distribution == "uniform")


def test_png_is_the_default_and_holds_the_same_pixels(conditional: Generator) -> None:
    answer = ask(conditional, digit=7)
    assert answer.png is not None
    image = Image.open(io.BytesIO(base64.b64decode(answer.png[0])))
    assert (image.size, image.mode) == ((28, 28), "L")
    assert np.asarray(image).tolist() == (ask(conditional, digit=7, format="array").array or [])[0]
    assert answer.model_dump() == {"png": answer.png}


def test_several_requests_are_answered_in_their_order(conditional: Generator) -> None:
    both = answers(conditional, {"digit": 7}, {"digit": 8, "count": 2, "format": "array"})
    assert [list(answer.model_dump()) for answer in both] == [["png"], ["array"]]
    assert both[0] == ask(conditional, digit=7)


WHOLE = "expected a whole number from"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"digit": 11}, f"digit: {WHOLE} 0 to 9, received 11"),
        ({"digit": -1}, f"digit: {WHOLE} 0 to 9, received -1"),
        ({"digit": "7"}, f"digit: {WHOLE} 0 to 9, received '7'"),
        ({"digit": 7.0}, f"digit: {WHOLE} 0 to 9, received 7.0"),
        ({"digit": True}, f"digit: {WHOLE} 0 to 9, received True"),
        ({}, f"digit: {WHOLE} 0 to 9, received nothing"),
        ({"digit": 7, "count": 10**9}, f"count: {WHOLE} 1 to 1000, received 1000000000"),
        ({"digit": 7, "count": -1}, f"count: {WHOLE} 1 to 1000, received -1"),
        ({"digit": 7, "count": 0}, f"count: {WHOLE} 1 to 1000, received 0"),
        ({"digit": 7, "seed": 0.5}, f"seed: {WHOLE} 0 to 9223372036854775807, received 0.5"),
        ({"digit": 7, "seed": "x" * 99}, "received 'xxxxxxxxxxxx...xxxxxxxxxxxxx'"),
        ({"digit": 7, "format": "gif"}, "format: expected one of png, array, received 'gif'"),
        ({"digit": 7, "format": ["png"]}, "format: expected one of png, array, received ['png']"),
        ({"digit": 7, "colour": 1}, "inputs: expected only the fields digit, count, seed, latents, format, received 'colour'"),
        ({"digit": 7, "latents": [[1.0]]}, "latents: expected one list or more of 6 finite numbers each, received [[1.0]]"),
        ({"digit": 7, "latents": [[float("nan")] * 6]}, "latents: expected one list or more of 6 finite numbers"),
        ({"digit": 7, "latents": [["a"] * 6]}, "latents: expected one list or more of 6 finite numbers"),
        ({"digit": 7, "latents": [[1.0], [1.0, 2.0]]}, "latents: expected one list or more of 6 finite numbers"),
        ({"digit": 7, "latents": [[1.0] * 6], "seed": 0}, "latents: expected neither `count` nor `seed` beside them"),
    ],
)
def test_what_cannot_be_answered_gets_one_sentence(conditional: Generator, fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        ask(conditional, **fields)
    refused.value.message = "the whole request"  # as MLflow's server does, which puts the request before the sentence
    answer = json.loads(refused.value.serialize_as_json())
    assert sentence in answer["message"]
    assert "\n" not in answer["message"]
    assert answer == {"error_code": "BAD_REQUEST", "message": answer["message"]}  # which is status 400


def test_the_bound_on_images_is_that_of_a_whole_request(conditional: Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(ask(conditional, digit=7, count=MOST_IMAGES).png or []) == MOST_IMAGES
    monkeypatch.setattr(Generator, "_latents", None)  # nothing is drawn before everything is checked
    with pytest.raises(Refusal, match="expected at most 1000 images in all, received requests for 1001"):
        answers(conditional, {"digit": 7, "count": MOST_IMAGES}, {"digit": 7})
    with pytest.raises(Refusal, match="expected one request or more, received none"):
        answers(conditional)


def test_an_unconditional_generator_cannot_be_asked_for_a_class(tmp_path: Path) -> None:
    model, _ = load(tmp_path, variant())
    assert len(ask(model, count=2).png or []) == 2
    with pytest.raises(Refusal, match="this generator draws digits of all classes and cannot be asked for one; leave `digit` out"):
        ask(model, digit=7)


def test_its_code_imports_nothing_of_this_package() -> None:
    names = set()
    for node in ast.walk(ast.parse(CODE.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(str(node.module).split(".")[0])
    assert names - set(sys.stdlib_module_names) == {"keras", "mlflow", "numpy", "PIL", "pydantic", "tensorflow"}
