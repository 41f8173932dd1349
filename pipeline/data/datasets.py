"""The registry of data sets: what each is called, where its files are, how they are verified, and how to cite it.

A new data set in IDX form, with images of 28x28 and ten classes, is one entry in `DATA_SETS`; docs/how-to/add-a-data-set.md shows how.
"""

from typing import Literal, NamedTuple

from pipeline.data.idx import IDX_FILES
from pipeline.files.errors import DataError, nearest_known
from pipeline.files.json_file import Schema
from pipeline.files.shown import shown


class IdxFile(NamedTuple):
    """One file of a data set and what it is verified by."""

    name: str  # without .gz
    size: int  # bytes after decompression
    sha256: str
    hash_of: Literal["content", "gzip"]  # the bytes that `sha256` is published for: decompressed, or the official .gz file


class DataSet(NamedTuple):
    """One data set of images of 28x28 in ten classes."""

    title: str
    files: tuple[IdxFile, ...]  # empty: bundled with scikit-learn, see pipeline/download/bundled.py
    mirrors: tuple[str, ...]  # web folders, https, that hold NAME.gz of every file, tried in order
    classes: tuple[str, ...]  # the name of each label, 0 to 9
    citation: str
    licence: str


class About(Schema):
    """dataset.json, which lies beside the raw files."""

    data_set: str
    classes: list[str]
    citation: str
    licence: str
    sha256: dict[str, str]


DIGIT_NAMES = tuple("0123456789")
MNIST_SIZES = (16 + 60_000 * 784, 8 + 60_000, 16 + 10_000 * 784, 8 + 10_000)  # bytes: header and values; Fashion-MNIST and KMNIST have the same


def _files(sizes: tuple[int, ...], hash_of: Literal["content", "gzip"], *hashes: str) -> tuple[IdxFile, ...]:
    return tuple(IdxFile(name, size, sha256, hash_of) for name, size, sha256 in zip(IDX_FILES, sizes, hashes, strict=True))


DATA_SETS = {
    "mnist": DataSet(
        title="MNIST",
        # sha256 of the decompressed files whose .gz have the md5 of torchvision/datasets/mnist.py (f68b3c2d, d53e105e, 9fb629c4, ec29112d).
        files=_files(
            MNIST_SIZES,
            "content",
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
        mirrors=("https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/"),
        classes=DIGIT_NAMES,
        citation="Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits, http://yann.lecun.com/exdb/mnist, 1998",
        licence="CC BY-SA 3.0",
    ),
    "fashion_mnist": DataSet(
        title="Fashion-MNIST",
        # sha256 of the .gz files: github.com/tensorflow/datasets, tensorflow_datasets/url_checksums/fashion_mnist.txt.
        # No hash of the decompressed files is published.
        files=_files(
            MNIST_SIZES,
            "gzip",
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
        mirrors=(
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",  # the authors' repository
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",  # that of keras.datasets.fashion_mnist
        ),
        classes=("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        citation="H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms, "
        "arXiv:1708.07747, 2017",
        licence="MIT",
    ),
    "kmnist": DataSet(
        title="Kuzushiji-MNIST",
        # sha256 of the .gz files: github.com/tensorflow/datasets, tensorflow_datasets/url_checksums/kmnist.txt.
        # No hash of the decompressed files is published.
        files=_files(
            MNIST_SIZES,
            "gzip",
            "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
            "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
            "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
            "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
        ),
        mirrors=("https://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        citation='"KMNIST Dataset" (created by CODH), adapted from "Kuzushiji Dataset" (created by NIJL and others), doi:10.20676/00000341; '
        "T. Clanuwat et al.: Deep learning for classical Japanese literature, arXiv:1812.01718, 2018",
        licence="CC BY-SA 4.0",
    ),
    "digits": DataSet(
        title="the 1797 digits of scikit-learn",
        files=(),
        mirrors=(),
        classes=DIGIT_NAMES,
        citation="E. Alpaydin, C. Kaynak: Optical recognition of handwritten digits, UCI Machine Learning Repository, doi:10.24432/C50P49, 1998",
        licence="CC BY 4.0",
    ),
}


def find_data_set(name: str) -> DataSet:
    """Look up a data set by the name that `download.source` gives it.

    Args:
        name: A key of `DATA_SETS`.

    Returns:
        The entry.

    Raises:
        DataError: The name is not in the registry; the message gives the nearest that is.

    >>> find_data_set("fashion_mnist").classes[9]
    'Ankle boot'
    """
    if name not in DATA_SETS:
        known = ", ".join(DATA_SETS)
        raise DataError(f"expected a data set of pipeline/data/datasets.py ({known}), received {shown(name)}{nearest_known(name, DATA_SETS)}")
    return DATA_SETS[name]
