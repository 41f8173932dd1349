"""The software on which the bytes of a result depend, on this node; imported by `worker`, so the standard library alone."""

import platform
import shutil
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = ("dvc", "keras", "mlflow", "numpy", "ray", "tensorflow")  # on which bytes or the way depend


def software() -> dict[str, str]:
    """The versions of what cells need on this node; `none` of what is missing."""
    found = {"python": platform.python_version(), "git": "some" if shutil.which("git") else "none"}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "none"
    return found


def other_software(expected: dict[str, str]) -> str:
    """What the first difference of this node's software is, in one line that names the node; empty if there is none."""
    for name, there in software().items():
        if there != expected[name]:
            return f"{platform.node()}: expected {name} {expected[name]} as where the sweep began, found {there}; install requirements.lock there"
    return ""
