"""Checkpoints of a training: each is there whole or not at all, and a damaged one is found before it is used."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.files.errors import DataError
from pipeline.files.moving import sync
from pipeline.files.owner import state_folder
from pipeline.files.sealed import Known, seal, verified

KEPT = 2  # the newest, and the one before it for the case that the newest is damaged, but not in a sheet that both share
FINISHED = "finished"


class Checkpoints:
    """The numbered checkpoints of one training, in a folder of their own; its training alone may write there.

    Args:
        folder: Where they are; made with the first of them. See `checkpoint_folder`.

    >>> import tempfile
    >>> checkpoints = Checkpoints(Path(tempfile.mkdtemp()) / "training")
    >>> for number in (10, 20, 30):
    ...     with checkpoints.writing(number) as folder:
    ...         _ = (folder / "weights.bin").write_bytes(bytes(number))
    >>> newest = checkpoints.newest()
    >>> newest.name, sorted(path.name for path in newest.parent.iterdir())
    ('0000000030', ['0000000020', '0000000030'])
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, Known] = {}  # files of the newest checkpoint, which the next one may share

    @contextmanager
    def writing(self, number: int) -> Iterator[Path]:
        """Give the block an empty folder; when the block has ended without an error, it is the newest checkpoint, and the two newest are kept.

        Every file is on the disk, and not only in memory, before the checkpoint has its name. A file that is linked to the same file of the newest
        checkpoint is neither read nor waited for again. A checkpoint with a higher number belongs to a
        training that went back to an earlier one, because it was damaged: it is removed.

        Args:
            number: Says which of two checkpoints is newer, steps for example.

        Raises:
            OSError: The disk is full, or the folder cannot be written; the earlier checkpoints are as they were.
        """
        partial, target = self.folder / f"partial-{os.getpid()}", self.folder_of(number)
        self._remove_partial()
        partial.mkdir(parents=True)
        try:
            yield partial
            known = seal(partial, self.known)
            _remove(target)
            partial.rename(target)
            for changed in (self.folder, self.folder.parent):
                sync(changed)
            self.known = known
        finally:
            _remove(partial)
        earlier = [folder for folder in self._numbered() if folder.name < target.name]
        for folder in set(self._numbered()) - {target, *earlier[: KEPT - 1]}:
            _remove(folder)

    def newest(self) -> Path | None:
        """The newest checkpoint that is as it was written, or None; a damaged one is named in a line on standard error and passed over."""
        for folder in self._numbered():
            try:
                self.known = verified(folder)
                return folder
            except DataError as error:
                damage = error
            except (OSError, ValueError, RecursionError) as error:
                damage = DataError(f"expected a checkpoint, received one that cannot be read ({str(error)[:80]})")
            print(f"warning: {folder}: {damage}; the training continues from the checkpoint before it, or else starts anew", file=sys.stderr)
        return None

    def folder_of(self, number: int) -> Path:
        """The folder of a checkpoint, whether it is there or not."""
        return self.folder / f"{number:010d}"

    def finish(self, *training: str) -> None:
        """Note that a training has ended and its outputs are in place.

        Its checkpoints stay until DVC has recorded the outputs, see `remove_finished`: DVC removes those of a stage that was ended before, and
        runs it again, which then takes no step. Those of finished trainings of the same cell with other settings are removed; those of trainings that
        were stopped or diverged stay, until a user removes the folder.

        Args:
            training: The stage, and the cell if it has one, which this process owns: see `owner`.
        """
        with suppress(OSError):  # what a full disk leaves without a mark stays, and does no harm
            (self.folder / FINISHED).write_text(" ".join(training), encoding="utf-8")
        for folder in _finished(self.folder.parent, training):
            if folder != self.folder:
                _remove(folder)

    def clear(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _numbered(self) -> list[Path]:
        """The checkpoints, the newest first, damaged ones too."""
        return sorted((path for path in self.folder.glob("*") if path.name.isdigit()), reverse=True)

    def _remove_partial(self) -> None:
        for path in self.folder.glob("partial-*"):
            _remove(path)


def checkpoint_folder(key: str) -> Path:
    """The folder of a training's checkpoints; the key is a hash of all that its outputs depend on."""
    return state_folder() / "checkpoints" / key


def remove_finished(*training: str) -> None:
    """Remove the checkpoints of a training that has ended, by a stage that runs once DVC has recorded its outputs.

    Those of a training that was stopped, or diverged, stay. Where another process trains it now, nothing is removed: it will do that at its end.

    Args:
        training: The stage, and the cell if it has one.
    """
    lock = FileLock(state_folder() / "locks" / f"{'-'.join(training)}.lock")  # that of `owner`
    try:
        lock.acquire(blocking=False)
    except (OSError, Timeout):
        return
    try:
        for folder in _finished(state_folder() / "checkpoints", training):
            Checkpoints(folder).clear()
    finally:
        lock.release()


def _finished(folder: Path, training: tuple[str, ...]) -> list[Path]:
    """The folders of a training that ended, one for each set of settings."""
    return [marker.parent for marker in folder.glob(f"*/{FINISHED}") if _is_of(marker, " ".join(training))]


def _is_of(marker: Path, name: str) -> bool:
    """Whether a training left the marker; another process may be removing its own."""
    try:
        return marker.read_text(encoding="utf-8") == name
    except OSError:
        return False


def _remove(path: Path) -> None:
    """Remove a folder, or what lies in its place; what cannot be removed stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)
