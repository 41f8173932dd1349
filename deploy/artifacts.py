"""Copy all artifacts from one place to another, of which one is a folder and the other a folder or a bucket: artifacts.py FROM TO."""

import shutil
import sys
from pathlib import Path

from mlflow.store.artifact.artifact_repo import ArtifactRepository
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository


def copy(source: str, target: str) -> None:
    """Copy what lies in `source` into `target`, which must be empty.

    Raises:
        FileExistsError: Something is in `target`.
    """
    to = _place(target)
    if to.list_artifacts():
        raise FileExistsError(f"{target}: expected an empty place for artifacts, received one with {to.list_artifacts()[0].path}; name another")
    if "://" not in source:
        Path(source).mkdir(parents=True, exist_ok=True)  # a server without any artifact has made none
    if "://" not in source and "://" not in target:
        # A server that runs renames each upload when it is whole; what is under its first name may be gone when its turn comes.
        shutil.copytree(source, target, dirs_exist_ok=True, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns(".artifact.uploading.*"))
    elif "://" not in source:
        to.log_artifacts(source)  # type: ignore[no-untyped-call]
    else:
        _place(source).download_artifacts("", target)  # type: ignore[no-untyped-call]


def _place(name: str) -> ArtifactRepository:
    if "://" not in name:
        Path(name).mkdir(parents=True, exist_ok=True)
    return get_artifact_repository(name if "://" in name else Path(name).resolve().as_uri())


if __name__ == "__main__":
    try:
        copy(*sys.argv[1:])
    except Exception as error:
        sys.exit(f"error: {' '.join(str(error).split())}")
