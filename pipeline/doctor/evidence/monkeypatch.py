"""Replace a method of an object or a class for the length of a `with` block."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

MISSING = object()


@contextmanager
def wrapped(target: Any, name: str, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
    """Replace target.name by wrap(target.name), and put the original back at the end."""
    before = vars(target).get(name, MISSING)
    # The setattr of Keras objects would track the new value as a part of the model.
    put, remove = (type.__setattr__, type.__delattr__) if isinstance(target, type) else (object.__setattr__, object.__delattr__)
    put(target, name, wrap(getattr(target, name)))
    try:
        yield
    finally:
        if before is MISSING:
            remove(target, name)
        else:
            put(target, name, before)
