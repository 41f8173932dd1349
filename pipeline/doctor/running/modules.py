"""Which modules a script gets, and the moment at which it has imported Keras.

Keras and TensorFlow are imported by the script itself, when and as it wants, because it may set environment variables before. The package of the
doctor is kept out of `sys.modules` while the script runs: a script gets its own `pipeline.py`, or none, as `python SCRIPT` does. Only if what it
imports by that name is this very package does it get the loaded one, so that a doctor in the script and the one around it are the same.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

OURS = __name__.partition(".")[0]
KERAS = ("keras", "tensorflow")  # each imports the other in some of its versions


class Modules(MetaPathFinder):
    """Finds modules as Python does, and takes notice of some.

    Args:
        keras_imported: called once, with the doctor's own modules at hand, when the script's import of Keras is complete.
    """

    def __init__(self, keras_imported: Callable[[], None]) -> None:
        self._keras_imported: Callable[[], None] | None = keras_imported
        self._unfinished = 0
        self._ours: dict[str, ModuleType] = {}
        self._shared = False

    def hide(self) -> None:
        """Keep the doctor's own modules, from now on, away from what is imported, and watch that."""
        self._ours = _exchange({})
        sys.meta_path.insert(0, self)

    @contextmanager
    def own(self) -> Iterator[None]:
        """Have the doctor's own modules at hand for the length of the `with` block, in the place of the script's of the same name."""
        theirs = None if self._shared else _exchange(self._ours)
        try:
            yield
        finally:
            if theirs is not None:
                self._ours = _exchange(theirs)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """What the other finders find, with a loader that takes notice."""
        if name not in (OURS, *KERAS):
            return None
        others = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec"))
        spec = next((found for found in others if found), None)
        if spec is None or spec.loader is None:
            return spec
        if name in KERAS:
            spec.loader = _Watched(spec.loader, self)
        elif self._is_ours(spec):
            spec.loader = _Loaded(spec.loader, self._share())
        return spec

    def _is_ours(self, spec: ModuleSpec) -> bool:
        file = self._ours[OURS].__file__
        return not self._shared and bool(spec.origin and file and os.path.realpath(spec.origin) == os.path.realpath(file))

    def _share(self) -> ModuleType:
        _exchange(self._ours)
        self._shared = True
        return self._ours[OURS]

    @contextmanager
    def _noticed(self) -> Iterator[None]:
        """Around the import of Keras or TensorFlow; the outermost that ends with Keras imported is the end."""
        self._unfinished += 1
        try:
            yield
        finally:
            self._unfinished -= 1
        if not self._unfinished and "keras" in sys.modules and self._keras_imported:
            keras_imported, self._keras_imported = self._keras_imported, None
            with self.own():
                keras_imported()


class _Passing(Loader):
    """Another loader, which takes its place in the module before that is executed."""

    def __init__(self, loader: Loader) -> None:
        self.loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self.loader
        if module.__spec__:
            module.__spec__.loader = self.loader


class _Watched(_Passing):
    def __init__(self, loader: Loader, modules: Modules) -> None:
        super().__init__(loader)
        self.modules = modules

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        with self.modules._noticed():
            self.loader.exec_module(module)


class _Loaded(_Passing):
    """Instead of loading a module again, gives the one that is loaded."""

    def __init__(self, loader: Loader, module: ModuleType) -> None:
        super().__init__(loader)
        self.module = module

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self.module


def _exchange(modules: dict[str, ModuleType]) -> dict[str, ModuleType]:
    """Put modules of the doctor's package, or of another of its name, into `sys.modules`; returns those that were there instead."""
    removed = {name: module for name, module in sys.modules.items() if name == OURS or name.startswith(f"{OURS}.")}
    for name in removed:
        del sys.modules[name]
    sys.modules.update(modules)
    return removed
