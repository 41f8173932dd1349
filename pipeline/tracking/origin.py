"""Where and how a run was started, as tags: by whom, from which commit and branch, by which stage, experiment, sweep or repair."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from mlflow.tracking.context.registry import resolve_tags
from mlflow.utils.mlflow_tags import MLFLOW_GIT_BRANCH, MLFLOW_GIT_COMMIT, MLFLOW_GIT_REPO_URL, MLFLOW_SOURCE_NAME

from pipeline.tracking.changes import changed_files, git

DIRTY, CHANGED = "git.dirty", "git.changed"  # whether files other than outputs differ from the commit; those of them that results depend on
STAGE, EXPERIMENT, SET = "dvc.stage", "dvc.experiment", "dvc.set_param"  # SET: the cell's settings that differ from the commit's


def origin() -> dict[str, str]:
    """What git, DVC and MLflow's own context providers know; what is not known is left out."""
    known = {
        MLFLOW_GIT_COMMIT: git("rev-parse", "HEAD"),
        DIRTY: {None: None, "": "false"}.get(git("status", "--porcelain", "--", ".", ":!dvc.lock", ":!artifacts"), "true"),
        CHANGED: " ".join(changed_files()),
        STAGE: os.environ.get("DVC_STAGE"),
        EXPERIMENT: os.environ.get("DVC_EXP_NAME"),
        "sweep": os.environ.get("GAN_SWEEP"),
        "repair": os.environ.get("GAN_REPAIR"),
    }
    context = resolve_tags({MLFLOW_SOURCE_NAME: source_name()})
    context |= {MLFLOW_GIT_BRANCH: context.get(MLFLOW_GIT_BRANCH) or branch(), MLFLOW_GIT_REPO_URL: without_secrets(context.get(MLFLOW_GIT_REPO_URL))}
    return {name: value for name, value in (context | known).items() if value}


def run_name(name: str) -> str:
    """The name of a run; one that belongs to an experiment of DVC carries that experiment's name."""
    experiment = os.environ.get("DVC_EXP_NAME")
    return f"{name} ({experiment})" if experiment else name


def source_name() -> str:
    """The command that runs now, as a user would type it."""
    if stage := os.environ.get("DVC_STAGE"):
        return f"dvc {'exp run' if os.environ.get('DVC_EXP_NAME') else 'repro'} {stage}"
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return f"python -m {spec.name.removesuffix('.__main__')}" if spec else Path(sys.argv[0]).name


def branch() -> str | None:
    """The branch at the commit, for a detached HEAD names none, as in every `dvc exp run`; None unless there is exactly one."""
    commit, project = git("rev-parse", "HEAD"), os.environ.get("DVC_ROOT", ".")
    names = git("-C", project, "for-each-ref", "--points-at", commit, "--format=%(refname:short)", "refs/heads") if commit else None
    return names if names and "\n" not in names else None


def without_secrets(address: str | None) -> str | None:
    """A repository's address without what may be a secret: user, password, query and fragment.

    >>> without_secrets("https://me:secret@example.com/x/y.git?token=abc")
    'https://example.com/x/y.git'
    >>> without_secrets("git@example.com:x/y.git")
    'git@example.com:x/y.git'
    """
    parts = urlsplit(address or "")
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")) if parts.netloc else address
