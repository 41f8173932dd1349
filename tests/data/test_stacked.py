"""Images of three digits as channels, and the digits back from them."""

import numpy as np

from pipeline.data.digits import Digits, class_frequencies
from pipeline.data.pixels import to_bytes, to_float
from pipeline.data.stacked import as_digits


def test_the_digits_of_an_image_come_back_in_their_order() -> None:
    digits = np.random.default_rng(0).integers(0, 256, (5, 3, 28, 28), np.uint8)
    images = np.moveaxis(digits, 1, -1)
    assert (as_digits(images) == digits.reshape(15, 28, 28)).all()
    assert (as_digits(np.stack([images, images]))[1] == as_digits(images)).all()


def test_channels_become_floats_and_bytes_again() -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28, 3), np.uint8)
    for low in (-1.0, 0.0):
        floats = to_float(images, low)
        assert floats.shape == images.shape
        assert floats.dtype == np.float32
        assert (to_bytes(floats, low) == images).all()


def test_class_frequencies_are_shares_of_all_images(digits: Digits) -> None:
    fewer = digits._replace(labels=digits.labels[:15])
    assert class_frequencies(fewer).tolist() == [2 / 15] * 5 + [1 / 15] * 5
