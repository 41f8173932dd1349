"""The registry of data sets: every entry is complete, and an unknown name is refused with the nearest known."""

import re

import pytest

from pipeline.data.datasets import DATA_SETS, find_data_set
from pipeline.data.digits import CLASSES
from pipeline.data.idx import IDX_FILES
from pipeline.files.errors import DataError


@pytest.mark.parametrize("name", DATA_SETS)
def test_an_entry_is_complete(name: str) -> None:
    data_set = find_data_set(name)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)  # a folder of DATA_MIRROR
    assert len(set(data_set.classes)) == CLASSES
    assert data_set.title
    assert data_set.citation
    assert data_set.licence
    assert all(mirror.startswith(("https://", "http://")) and mirror.endswith("/") for mirror in data_set.mirrors)
    if name == "digits":
        assert (data_set.files, data_set.mirrors) == ((), ())
        return
    assert tuple(file.name for file in data_set.files) == IDX_FILES
    assert all(re.fullmatch(r"[0-9a-f]{64}", file.sha256) for file in data_set.files)
    for images, labels in (data_set.files[:2], data_set.files[2:]):
        assert (images.size - 16) % 784 == 0
        assert (images.size - 16) // 784 == labels.size - 8


def test_no_two_files_have_the_same_hash() -> None:
    hashes = [file.sha256 for data_set in DATA_SETS.values() for file in data_set.files]
    assert len(set(hashes)) == len(hashes)


def test_an_unknown_name_is_refused_with_the_nearest_known() -> None:
    with pytest.raises(DataError, match=r"\(mnist, .*\), received 'fashionmnist'; the nearest known is fashion_mnist$"):
        find_data_set("fashionmnist")
