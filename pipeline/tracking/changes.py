"""What differs from git's commit in a project: files that results depend on, and settings, as `dvc exp run` takes them."""

import shlex
import subprocess
import tempfile
from pathlib import Path

from pipeline.files.cells import Cell
from pipeline.files.errors import PipelineError
from pipeline.provenance import DVC_FILE, cell_settings, code_paths
from pipeline.settings.params import PARAMS, Settings, load_settings

BESIDES_CODE = (str(PARAMS), str(DVC_FILE), "requirements.lock")  # what results depend on besides the code that dvc.yaml names


def git(*arguments: str) -> str | None:
    """What a command of git prints; None if it fails, as it does outside a repository."""
    try:
        return subprocess.run(["git", *arguments], capture_output=True, encoding="utf-8", errors="replace", check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def changed_files() -> list[str]:
    """The files that results depend on, and that differ from the commit or are new."""
    sources = [*code_paths(), *BESIDES_CODE]
    edited = git("diff", "--name-only", "--relative", "HEAD", "--", *sources) or ""
    new = git("ls-files", "--others", "--exclude-standard", "--", *sources) or ""
    return sorted({*edited.splitlines(), *new.splitlines()})


def changed_settings(settings: Settings, cell: Cell) -> str | None:
    """The settings of a cell that differ from the commit's params.yaml, as `-S KEY=VALUE`; None if the commit does not know the variant."""
    before = _committed_settings()
    if before is None or cell.variant not in before.gan:
        return None
    own, others = _by_place(settings, cell), _by_place(before, cell)
    changes = {place: value for place, value in own.items() if others[place] != value}
    if cell.variant not in before.run.variants:
        changes["run.variants"] = f"[{cell.variant}]"
    if cell.seed not in before.run.seeds:
        changes["run.seeds"] = f"[{cell.seed}]"
    return " ".join(f"-S {shlex.quote(f'{place}={spelled(value)}')}" for place, value in changes.items())


def spelled(value: object) -> str:
    """A value as params.yaml spells it.

    >>> spelled(True), spelled(0.5)
    ('true', '0.5')
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def _by_place(settings: Settings, cell: Cell) -> dict[str, object]:
    """A cell's settings by their place in params.yaml."""
    flat = {name: value for name, value in cell_settings(settings, cell).items() if "." in name}
    own = {name.replace("gan.", f"gan.{cell.variant}.", 1) if name.startswith("gan.") else name: value for name, value in flat.items()}
    return {"download.source": settings.download.source, "train.stop_on": settings.train.stop_on} | own


def _committed_settings() -> Settings | None:
    committed = git("show", f"HEAD:./{PARAMS}")
    if committed is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / PARAMS
        path.write_text(committed, encoding="utf-8")
        try:
            return load_settings(path)
        except PipelineError:
            return None
