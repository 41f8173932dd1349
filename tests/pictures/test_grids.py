"""Grids of digits: rows, columns of classes, pairs."""

import numpy as np

from pipeline.pictures.grids import beside_nearest, by_class, in_rows

IMAGES = np.random.default_rng(0).integers(0, 256, (30, 28, 28), np.uint8)


def test_images_stand_in_rows_and_the_rest_of_the_last_row_is_black() -> None:
    picture = in_rows(IMAGES[:7], columns=5)
    assert picture.shape == (56, 140)
    assert (picture[:28, 112:] == IMAGES[4]).all()
    assert (picture[28:, 28:56] == IMAGES[6]).all()
    assert not picture[28:, 56:].any()


def test_colours_are_kept() -> None:
    images = IMAGES[:, ::-1, :, np.newaxis] * np.array([1, 0, 0], np.uint8) + IMAGES[..., np.newaxis] * np.array([0, 1, 0], np.uint8)
    picture = in_rows(images, columns=10)
    assert picture.shape == (84, 280, 3)
    assert (picture[..., 0] == in_rows(IMAGES[:, ::-1], columns=10)).all()
    assert (picture[..., 1] == in_rows(IMAGES, columns=10)).all()
    assert not picture[..., 2].any()


def test_images_stand_in_the_column_of_their_class() -> None:
    classes = np.array([3] * 12 + [0] * 18)
    picture = by_class(IMAGES, classes)
    assert picture.shape == (280, 280)
    assert (picture[:28, 84:112] == IMAGES[0]).all()
    assert (picture[252:, 84:112] == IMAGES[9]).all()
    assert (picture[28:56, :28] == IMAGES[13]).all()
    assert not picture[:, 28:84].any()
    assert not by_class(IMAGES[:0], classes[:0]).any()


def test_pairs_stand_one_above_the_other() -> None:
    picture = beside_nearest(IMAGES[:4], IMAGES[4:8])
    assert picture.shape == (56, 112)
    assert (picture[:28, 28:56] == IMAGES[1]).all()
    assert (picture[28:, 28:56] == IMAGES[5]).all()
