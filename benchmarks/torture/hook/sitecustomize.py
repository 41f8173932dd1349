"""Python loads this first in every process of a tortured project, whose PYTHONPATH names this folder; environment variables say what it does.

TORTURE_LOG    folder; a stage announces itself there, and notes its training steps and each move, removal and sync below artifacts/ and .state/
TORTURE_KILL   WHAT:STAGE=NUMBER,...:WHOM; SIGKILL at that `move` or sync, or training `step`, of any of these stages, or at its end if it has fewer,
               to its `group` or the `stage`
TORTURE_CLOCK  seconds that time.time and time.time_ns are wrong by
"""

import atexit
import contextlib
import importlib.abc
import importlib.machinery
import os
import shutil
import signal
import sys
import time
from typing import Any

PREFIX = "pipeline.stages."
KEPT = ("artifacts/", ".state/")  # folders whose moves, removals and syncs count
TRAINING = "pipeline.terminal.training"  # once it is imported, so is Keras


class _Stage:
    """What one stage of the pipeline notes, and where it is killed."""

    def __init__(self, name: str, folder: str) -> None:
        self.name, self.moves, self.steps, self.inside = name, 0, 0, False
        what, stages, self.whom = os.environ.get("TORTURE_KILL", "::").split(":")
        at = int(dict(part.split("=") for part in stages.split(",") if part).get(name, 0))
        self.last_move, self.last_step = (at, 0) if what == "move" else (0, at)
        path = os.path.join(folder, f"{time.time_ns()}-{os.getpid()}-{name}")
        self.log = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o666)

    def note(self, line: str) -> None:
        with contextlib.suppress(OSError):  # on a full disk
            os.write(self.log, f"{line}\n".encode())

    def count(self, function: Any, first: Any, where: str, *others: Any, **named: Any) -> Any:
        """Call a function of moving or syncing; before an odd move and after an even one it may be the end."""
        if self.inside or not where.startswith(KEPT):
            return function(first, *others, **named)
        self.moves, self.inside = self.moves + 1, True
        self.note(f"move {self.moves} {function.__name__} {where}")
        if self.moves == self.last_move and self.moves % 2:
            self.end(f"move {self.moves}")
        try:
            return function(first, *others, **named)
        finally:
            self.inside = False
            if self.moves == self.last_move:
                self.end(f"move {self.moves}")

    def leave(self) -> None:
        """The end of the stage, which one that makes fewer moves than asked for does not reach alive."""
        self.note("ended")
        if self.last_move or self.last_step:
            self.end("the end")

    def end(self, where: str) -> None:
        self.note(f"killed at {where}")
        os.killpg(0, signal.SIGKILL) if self.whom == "group" else os.kill(os.getpid(), signal.SIGKILL)

    def watch_moves(self) -> None:
        for module, name in ((os, "replace"), (os, "rename"), (os, "unlink"), (shutil, "rmtree")):
            setattr(module, name, self._counted(getattr(module, name)))
        sync = os.fsync

        def counted(fd: Any) -> None:
            self.count(sync, fd, _path_of(fd))

        os.fsync = counted

    def _counted(self, function: Any) -> Any:
        def counted(path: Any, *others: Any, **named: Any) -> Any:
            return self.count(function, path, os.path.relpath(os.fsdecode(path)) if not named.get("dir_fd") else "", *others, **named)

        if hasattr(function, "avoids_symlink_attacks"):  # an attribute of shutil.rmtree that others read
            counted.avoids_symlink_attacks = function.avoids_symlink_attacks  # type: ignore[attr-defined]
        return counted

    def watch_steps(self) -> None:
        """Note every call of `fit` into TensorFlow: the epoch, and the steps of it that are done."""
        import keras

        stage, fit = self, keras.Model.fit

        class Steps(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
                self.epoch = epoch

            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                stage.note(f"step {self.epoch} {batch}")
                stage.steps += 1
                if stage.steps == stage.last_step:
                    stage.end(f"step {stage.steps}")

        def noted(model: Any, *arguments: Any, **named: Any) -> Any:
            return fit(model, *arguments, **named | {"callbacks": [*(named.get("callbacks") or []), Steps()]})

        keras.Model.fit = noted


def _path_of(descriptor: Any) -> str:
    try:
        return os.path.relpath(os.readlink(f"/proc/self/fd/{descriptor if isinstance(descriptor, int) else descriptor.fileno()}"))
    except OSError:
        return ""


class _AfterKeras(importlib.abc.MetaPathFinder):
    """Lets `TRAINING` be imported as usual, and calls `_Stage.watch_steps` then."""

    def __init__(self, stage: _Stage) -> None:
        self.stage = stage

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name != TRAINING:
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec and spec.loader:
            loaded = spec.loader.exec_module

            def watched(module: Any) -> None:
                loaded(module)
                self.stage.watch_steps()

            setattr(spec.loader, "exec_module", watched)  # noqa: B010 (a method is replaced)
        return spec


def _start() -> None:
    if clock := float(os.environ.get("TORTURE_CLOCK", "0")):
        seconds, nanoseconds = time.time, time.time_ns
        time.time = lambda: seconds() + clock
        time.time_ns = lambda: nanoseconds() + int(clock * 1e9)
    named = [word.removeprefix(PREFIX) for word in sys.orig_argv if word.startswith(PREFIX)]
    if named and "TORTURE_LOG" in os.environ:
        stage = _Stage(named[0], os.environ["TORTURE_LOG"])
        stage.watch_moves()
        atexit.register(stage.leave)
        sys.meta_path.insert(0, _AfterKeras(stage))


_start()
