"""A project's own store after its folder was moved or copied: MLflow keeps the places of artifacts as whole paths."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipeline.files.errors import DataError
from pipeline.tracking.database import artifact_folder, patience, store_lock
from pipeline.tracking.ownership import OWNER, owner_tag

PLACES = {  # the columns that hold paths
    "experiments": ("artifact_location",),
    "runs": ("artifact_uri",),
    "logged_models": ("artifact_location",),
    "model_versions": ("source", "storage_location"),
}


def follow_the_folder(file: Path) -> None:
    """Let every path in the project's own store begin with the folder where the store is now, and let the runs of the old folder be this one's.

    Raises:
        DataError: The database cannot be read or written.
    """
    try:
        if _old_folders(file):
            with store_lock(file):
                for old in _old_folders(file):
                    _replace(file, old)
    except sqlite3.Error as error:
        raise DataError(f"{file}: expected a database in which the folder's new place can be written, received: {error}") from None


def _old_folders(file: Path) -> set[Path]:
    """The folders other than this one that the experiments' artifacts are in, by the places that the pipeline gave them."""
    with closing(_connect(file)) as database:
        rows = database.execute("SELECT name, artifact_location FROM experiments").fetchall()
    places = [(name, Path(unquote(urlsplit(location).path))) for name, location in rows if str(location).startswith("file:")]
    ours = [place.parent for name, place in places if place.parts[-2:] == (artifact_folder(file).name, name)]
    return {folder.parent for folder in ours} - {file.parent}


def _replace(file: Path, old: Path) -> None:
    with closing(_connect(file)) as database, database:
        for before, after in ((old.as_uri(), file.parent.as_uri()), (str(old), str(file.parent))):
            for table, columns in PLACES.items():
                for column in columns:
                    begins = f"substr({column}, 1, {len(before) + 1}) = ?"
                    moved = f"? || substr({column}, {len(before) + 1})"
                    database.execute(f"UPDATE {table} SET {column} = {moved} WHERE {begins}", (after, f"{before}/"))
        tags = (owner_tag(folder, shared=False) for folder in (file.parent, old))
        database.execute("UPDATE tags SET value = ? WHERE key = ? AND value = ?", (next(tags), OWNER, next(tags)))


def _connect(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=patience())
