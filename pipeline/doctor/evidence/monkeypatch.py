"""Listening to code that does not know of it: an attribute stands wrapped for as long as a `with` block lasts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

MISSING = object()


@contextmanager
def wrapped(target: Any, name: str, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
    """Put wrap(target.name) in the place of target.name, of an object or of a class."""
    before = vars(target).get(name, MISSING)
    # Keras' own setattr would track what is put.
    put, remove = (type.__setattr__, type.__delattr__) if isinstance(target, type) else (object.__setattr__, object.__delattr__)
    put(target, name, wrap(getattr(target, name)))
    try:
        yield
    finally:
        if before is MISSING:
            remove(target, name)
        else:
            put(target, name, before)
