"""A small project made once, undisturbed, and copied for every trial; and how the files of a trial differ from it."""

import compileall
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from benchmarks.torture.processes import Ended, Process
from pipeline.files.artifacts import file_hash
from tests.project import ENVIRONMENT, make_project, write_params

HOOK = Path(__file__).parent / "hook"
VARIANT = "answer_tuned"  # small networks that train fast, with everything that a checkpoint must hold: two optimizers, schedules, EMA, penalties
EPOCH_IMAGES, EPOCHS = 64, 16
STAGES = ("settings", "download", "preprocess", "classifier", "reference", "train", "evaluate", "diagnose", "compare")
OF_CELLS = ("train", "evaluate", "diagnose")
STORE = "mlflow.db"
MAKE_STORE = "import sys, mlflow; mlflow.MlflowClient(sys.argv[1]).search_experiments()"
COMMIT = ("git", "commit", "-q")
Row = dict[str, Any]


class Undisturbed(NamedTuple):
    """A finished project, and what is known of the way there."""

    finished: Path
    store: Path  # what a copy has as its MLflow store: one without runs
    cell: str
    seconds: dict[str, float]  # of each stage
    moves: dict[str, int]  # moves, removals and syncs of each stage
    steps: dict[str, int]  # calls into TensorFlow of each training

    def target(self, stage: str) -> str:
        """A stage as `dvc repro` names it."""
        return f"{stage}@{self.cell}" if stage in OF_CELLS else stage

    def copy(self, target: Path, without: str | None = None) -> Path:
        """A copy of the project with an empty store: finished, or as it was before a stage, of which DVC then knows no result either."""
        dropped = [STORE, "mlartifacts", *(["runs"] if without else []), *(["cache", "tmp"] if without == STAGES[0] else [])]
        shutil.copytree(self.finished, target, symlinks=True, ignore=shutil.ignore_patterns(*dropped))
        shutil.copy(self.store, target / STORE)
        if without:
            lock = yaml.safe_load((target / "dvc.lock").read_text(encoding="utf-8"))
            for stage in STAGES[STAGES.index(without) :]:
                for out in lock["stages"].pop(self.target(stage), {}).get("outs", []):
                    path = target / out["path"]
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            (target / "dvc.lock").write_text(yaml.safe_dump(lock, sort_keys=False), encoding="utf-8")
        return target

    def differences(self, project: Path, *stages: str) -> list[str]:
        """How a project's files and dvc.lock differ from the undisturbed ones, of some stages or of all; what is left over counts, too."""
        names = [self.target(stage) for stage in stages or STAGES]
        locked, lock = ({name: found.get(name) for name in names} for found in map(locked_stages, (project, self.finished)))
        own, right = outputs(project), outputs(self.finished)
        if stages:
            paths = tuple(out["path"] for name in names for out in self.recorded(name))
            own, right = ({path: digest for path, digest in found.items() if f"{path}/".startswith(paths)} for found in (own, right))
        pairs: list[tuple[str, object, object]] = [(name, own.get(name), right.get(name)) for name in sorted(own.keys() | right.keys())]
        pairs += [(f"dvc.lock, {name}", locked[name], lock[name]) for name in names]
        left = left_over(project) + ([] if stages else checkpoints(project))
        return [f"{name}: {_difference(one, two)}" for name, one, two in pairs if one != two] + [f"{name}: left over" for name in left]

    def recorded(self, name: str) -> list[Row]:
        """What dvc.lock records of a stage's outputs."""
        return list(locked_stages(self.finished)[name].get("outs", []))

    def command(self, stage: str) -> list[str]:
        """The command that DVC runs for a stage."""
        words = locked_stages(self.finished)[self.target(stage)]["cmd"].split()
        return [sys.executable, *words[1:]]


def _difference(own: object, right: object) -> str:
    return "missing" if own is None else "not expected" if right is None else "other content"


def outputs(project: Path) -> dict[str, str]:
    """The sha256 of every file below artifacts/."""
    files = [path for path in (project / "artifacts").rglob("*") if path.is_file()]
    return {path.relative_to(project).as_posix(): file_hash(path, "sha256") for path in files}


def locked_stages(project: Path) -> dict[str, Row]:
    """What dvc.lock records, by stage."""
    lock = project / "dvc.lock"
    return yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"] if lock.is_file() else {}


def left_over(project: Path) -> list[str]:
    """Files that are half written, of which nothing may leave one behind."""
    return [path.relative_to(project).as_posix() for path in (project / "artifacts").rglob("*") if ".partial" in path.name]


def checkpoints(project: Path) -> list[str]:
    """Files of checkpoints, of which a project that is complete has none."""
    return [path.relative_to(project).as_posix() for path in (project / ".state" / "checkpoints").rglob("*") if path.is_file()]


def environment(log: Path, **changes: str) -> dict[str, str]:
    """The environment of a command in a project; the hook notes in the folder `log` what its stages do."""
    log.mkdir(parents=True, exist_ok=True)
    own = {"PYTHONPATH": str(HOOK), "TORTURE_LOG": str(log), "DVC_NO_ANALYTICS": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}
    return ENVIRONMENT | own | {"DVC_SITE_CACHE_DIR": str(log.parent / "dvc-site")} | changes


def run(project: Path, log: Path, *command: str, **changes: str) -> Ended:
    """Run a command in a project, to its end."""
    return Process(command, project, environment(log, **changes), log / "printed").end()


def repro(project: Path, log: Path, *words: str, **changes: str) -> Ended:
    """`dvc repro`, to its end."""
    return run(project, log, "dvc", "repro", *words, **changes)


def make_undisturbed(folder: Path) -> Undisturbed:
    """Make a project in a folder, and run it undisturbed.

    Raises:
        RuntimeError: It did not succeed, so nothing can be compared with it.
    """
    project, log = make_project(folder / "finished"), folder / "log"
    settle(project)
    compileall.compile_dir(project / "pipeline", quiet=2)
    run(folder, log, sys.executable, "-c", MAKE_STORE, f"sqlite:///{folder / 'empty.db'}")
    shutil.copy(folder / "empty.db", project / STORE)
    ended = repro(project, log)
    if ended.status:
        raise RuntimeError(f"the undisturbed `dvc repro` failed with status {ended.status}: {ended.output[-2000:]}{ended.errors[-2000:]}")
    subprocess.run(["git", "add", "dvc.lock"], cwd=project, check=True)
    subprocess.run([*COMMIT, "-m", "results"], cwd=project, check=True)
    seen = announced(log)
    seconds = {each.stage: (each.file.stat().st_mtime_ns - each.began) / 1e9 for each in seen}
    moves = {each.stage: sum(line.startswith("move") for line in each.lines()) for each in seen}
    return Undisturbed(project, folder / "empty.db", f"{VARIANT}-0", seconds, moves, {each.stage: len(each.steps()) for each in seen})


def settle(project: Path) -> None:
    """Leave one variant in params.yaml, trained in many short epochs, and commit that under a name, which DVC's experiments need, too."""
    for name in ("user.name", "user.email"):
        subprocess.run(["git", "config", name, "torture"], cwd=project, check=True)
    content = yaml.safe_load((project / "params.yaml").read_text(encoding="utf-8"))
    content["run"] |= {"variants": [VARIANT], "checkpoint_epochs": 1}
    content["train"]["epoch_images"] = EPOCH_IMAGES
    content["gan"] = {VARIANT: content["gan"][VARIANT] | {"training_images": EPOCHS * EPOCH_IMAGES}}
    content["compare"]["baseline"] = VARIANT
    write_params(project, content)
    subprocess.run([*COMMIT, "-am", "one variant"], cwd=project, check=True)


class Announced(NamedTuple):
    """A stage that has started, as the hook notes it."""

    began: int  # nanoseconds since 1970
    pid: int
    stage: str
    file: Path

    def lines(self) -> list[str]:
        return self.file.read_text(encoding="utf-8").splitlines()

    def steps(self) -> list[tuple[int, int]]:
        """Epoch and batch after each call into TensorFlow."""
        words = [line.split() for line in self.lines() if line.startswith("step ")]
        return [(int(epoch), int(batch)) for _, epoch, batch in words]


def announced(log: Path) -> list[Announced]:
    """The stages that have started, in this order."""
    found = []
    for path in sorted(log.glob("*-*-*")):
        began, pid, stage = path.name.split("-")
        found.append(Announced(int(began), int(pid), stage, path))
    return found


def free_folder(base: Path, name: str) -> Path:
    """A new empty folder for a trial."""
    folder = base / name
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder
