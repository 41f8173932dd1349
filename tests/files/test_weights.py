"""Weights: a network gets what its file holds, and the HDF5 library is never given a byte that Keras did not write here."""

from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from pipeline.files.errors import DataError
from pipeline.files.hdf5 import find_datasets
from pipeline.files.weights import read_weights


def network(units: int = 3, name: str = "small") -> keras.Model:
    image = keras.Input((4,))
    hidden = layers.BatchNormalization()(layers.Dense(units, activation="relu")(image))
    return keras.Model(image, layers.Dense(2)(layers.Dropout(0.5, seed=0)(hidden)), name=name)


def values(model: keras.Model) -> list[np.ndarray]:
    return [weight.numpy() for weight in model.weights]


def randomised(model: keras.Model) -> keras.Model:
    random = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(random.normal(size=weight.shape))
    return model


@pytest.fixture
def saved(tmp_path: Path) -> tuple[keras.Model, Path]:
    model, path = randomised(network()), tmp_path / "small.weights.h5"
    model.save_weights(path)
    return model, path


def refused(path: Path, into: keras.Model | None = None) -> str:
    """The message; the network is as it was."""
    other = into or network()
    before = values(other)
    with pytest.raises(DataError) as raised:
        read_weights(other, path)
    assert all(np.array_equal(old, new) for old, new in zip(before, values(other), strict=True))
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 500
    return str(raised.value)


def test_a_network_gets_what_its_file_holds(saved: tuple[keras.Model, Path]) -> None:
    model, path = saved
    other = network(name="other")
    read_weights(other, path)
    assert all(np.array_equal(mine, its) for mine, its in zip(values(model), values(other), strict=True))


def test_every_array_lies_where_the_hdf5_library_finds_it(saved: tuple[keras.Model, Path]) -> None:
    content, found = saved[1].read_bytes(), dict[str, Any]()
    with h5py.File(saved[1]) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    ours = find_datasets(content)
    assert ours.keys() == found.keys()
    for name, place in ours.items():
        assert place.shape == found[name].shape
        assert content[place.offset : place.offset + place.size] == found[name].tobytes()


def test_the_state_of_an_optimizer_is_read_where_the_network_has_it(tmp_path: Path) -> None:
    trained, path = network(), tmp_path / "trained.weights.h5"
    trained.compile(keras.optimizers.Adam(0.1), "mse", jit_compile=False)
    trained.optimizer.apply([keras.ops.ones(weight.shape) for weight in trained.trainable_variables], trained.trainable_variables)
    trained.save_weights(path)
    plain, compiled = network(), network()
    read_weights(plain, path)
    assert all(np.array_equal(mine, its) for mine, its in zip(values(trained), values(plain), strict=True))
    compiled.compile(keras.optimizers.Adam(0.1), "mse", jit_compile=False)
    compiled.optimizer.build(compiled.trainable_variables)
    read_weights(compiled, path)
    assert [np.array_equal(a, b) for a, b in zip(trained.optimizer.variables, compiled.optimizer.variables, strict=True)].count(False) == 0
    assert compiled.optimizer.iterations == 1
    plain.save_weights(path)
    assert "optimizer/vars/0 is missing" in refused(path, compiled)


def test_what_a_diverged_training_left_is_read(saved: tuple[keras.Model, Path]) -> None:
    model, path = saved
    model.weights[0].assign(np.full(model.weights[0].shape, np.nan))
    model.save_weights(path)
    other = network()
    read_weights(other, path)
    assert np.isnan(other.weights[0].numpy()).all()


def test_other_networks_and_other_types_are_refused(saved: tuple[keras.Model, Path], tmp_path: Path) -> None:
    _, path = saved
    assert "expected an array of (5,), received (3,)" in refused(path, network(5))
    deeper = keras.Sequential([layers.Input((4,)), layers.Dense(3), layers.Dense(2)])
    assert "is not one of its arrays" in refused(path, deeper)
    with h5py.File(path, "a") as file:
        (whole,) = file["layers/dense/vars/1"].shape
        del file["layers/dense/vars/1"]
        file["layers/dense/vars/1"] = np.zeros(whole, np.int32)
    assert "or values of another type" in refused(path)
    assert "none.weights.h5: expected weights, found none" in refused(tmp_path / "none.weights.h5")


def with_link(file: h5py.File) -> None:
    file["layers/dense/vars/0"] = h5py.ExternalLink("/etc/hostname", "/x")


def with_soft_link(file: h5py.File) -> None:
    file["layers/dense/vars/0"] = h5py.SoftLink("/layers/dense_1/vars/0")


def external(file: h5py.File) -> None:
    file.create_dataset("layers/dense/vars/0", (4, 3), "f4", external=[("/etc/hostname", 0, 48)])


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((4, 3), "f4")
    layout[:] = h5py.VirtualSource("/etc/hostname", "x", (4, 3))
    file.create_virtual_dataset("layers/dense/vars/0", layout)


def bomb(file: h5py.File) -> None:
    file.create_dataset("layers/dense/vars/0", (4, 10**9), "f4", chunks=(1, 2**20), compression="gzip")


def enormous(file: h5py.File) -> None:
    file.create_dataset("layers/dense/vars/0", (4, 10**12), "f4")


def variable_length(file: h5py.File) -> None:
    file.create_dataset("layers/dense/vars/0", (4, 3), h5py.string_dtype())


@pytest.mark.parametrize("change", [with_link, with_soft_link, external, virtual, bomb, enormous, variable_length])
def test_what_keras_does_not_write_is_refused(saved: tuple[keras.Model, Path], change: Any) -> None:
    with h5py.File(saved[1], "a") as file:
        del file["layers/dense/vars/0"]
        change(file)
    assert "expected the weights of small, received something else" in refused(saved[1])


def test_groups_that_lead_back_to_themselves_end(saved: tuple[keras.Model, Path]) -> None:
    with h5py.File(saved[1], "a") as file:
        file["layers/dense/again"] = file["layers"]
    assert "leads back to a group above it" in refused(saved[1])
