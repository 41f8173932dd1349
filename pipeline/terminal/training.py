"""How far a training by Keras is."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any, Self

import keras

from pipeline.terminal.progress import Progress, progress


class TrainingProgress(keras.callbacks.Callback):
    """Shows the progress of a training, and after each epoch some numbers; it is entered around `fit`, so that an error ends its bar too.

    Args:
        title: what is trained.
        numbers: called with Keras' logs after each epoch, returns what is shown. As the last of several callbacks it may show what others measured.
        done: epochs that were done before, if the training continues; they say nothing about the time that is left.
    """

    def __init__(self, title: str, numbers: Callable[[Mapping[str, float]], Mapping[str, float | None]], done: float = 0.0) -> None:
        super().__init__()
        self.title, self.numbers, self.stack = title, numbers, ExitStack()
        self.shown: Progress | None = None
        self.epoch, self.done = 0, done  # the epoch that runs, and how many are done

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.epoch = epoch
        if self.shown is None:
            self.done = max(self.done, float(epoch))
            self.shown = self.stack.enter_context(progress(self.title, self.done / self.params["epochs"]))

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Keras calls it once for several steps, with the number of steps before them."""
        self._reach(self.epoch + batch / self.params["steps"])

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        self._reach(epoch + 1, f"epoch {epoch + 1}/{self.params['epochs']}  {numbers_text(self.numbers(logs))}")

    def _reach(self, epochs: float, words: str = "") -> None:
        before, self.done = self.done, max(self.done, epochs)
        if self.shown:
            self.shown.advance((self.done - before) / self.params["epochs"], words)


def numbers_text(numbers: Mapping[str, float | None]) -> str:
    """Names and numbers in a row.

    >>> numbers_text({"d_loss": 1.38629, "g_loss": None})
    'd_loss 1.39  g_loss not finite'
    """
    return "  ".join(f"{name} {'not finite' if value is None else f'{value:.3g}'}" for name, value in numbers.items())
