"""Where the files of a data set come from: scikit-learn, the user's own mirror, or the mirrors of the registry, in this order."""

import os

from pipeline.data.datasets import find_data_set
from pipeline.download.addresses import Place
from pipeline.download.bundled import bundled_digits
from pipeline.download.mirrors import fetch_verified
from pipeline.files.errors import DataError, DownloadError
from pipeline.settings.params import DownloadSettings


def fetch_data_set(settings: DownloadSettings) -> dict[str, bytes]:
    """Get the four verified IDX files of the data set that `download.source` names.

    Returns:
        The decompressed content of each file, by name.

    Raises:
        DownloadError: No mirror serves all files; the message has the reason for each mirror and two ways out.
        DataError: The same, and a mirror serves other files in their place.
    """
    data_set = find_data_set(settings.source)
    if not data_set.files:
        return bundled_digits()
    try:
        return fetch_verified(data_set.files, mirrors_of(settings.source), settings)
    except (DataError, DownloadError) as error:
        raise type(error)(
            f"{data_set.title}: {error}; either set DATA_MIRROR to a folder or web address that holds {settings.source}/{data_set.files[0].name}.gz "
            "and the other three files, or set download.source: digits in params.yaml"
        ) from None


def mirrors_of(name: str) -> list[Place]:
    """List the mirrors of a data set in the order in which they are tried.

    Two environment variables put a folder or web address in front: MNIST_MIRROR holds the files of MNIST themselves,
    DATA_MIRROR holds a folder for each data set, because the sets share their file names.
    """
    own = []
    if name == "mnist" and (folder := os.environ.get("MNIST_MIRROR")):
        own.append(folder)
    if folder := os.environ.get("DATA_MIRROR"):
        own.append(f"{folder.rstrip('/')}/{name}")
    return [*(Place(address, own=True) for address in own), *(Place(address, own=False) for address in find_data_set(name).mirrors)]
