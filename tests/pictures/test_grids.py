"""Pictures of evaluation: a sheet read back, columns of classes, pairs."""

import numpy as np

from pipeline.pictures.grids import beside_nearest, by_class, sheet_images
from pipeline.pictures.sheets import sample_sheet

IMAGES = np.random.default_rng(0).integers(0, 256, (30, 28, 28), np.uint8)


def test_the_images_of_a_sheet_come_back():
    assert (sheet_images(sample_sheet(IMAGES, "a caption")) == IMAGES).all()


def test_images_stand_in_the_column_of_their_class():
    classes = np.array([3] * 12 + [0] * 18)
    picture = by_class(IMAGES, classes)
    assert picture.shape == (280, 280)
    assert (picture[:28, 84:112] == IMAGES[0]).all()
    assert (picture[252:, 84:112] == IMAGES[9]).all()
    assert (picture[28:56, :28] == IMAGES[13]).all()
    assert not picture[:, 28:84].any()
    assert not by_class(IMAGES[:0], classes[:0]).any()


def test_pairs_stand_one_above_the_other():
    picture = beside_nearest(IMAGES[:4], IMAGES[4:8])
    assert picture.shape == (56, 112)
    assert (picture[:28, 28:56] == IMAGES[1]).all()
    assert (picture[28:, 28:56] == IMAGES[5]).all()
