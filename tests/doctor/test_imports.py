"""The doctor needs keras, tensorflow and numpy alone; what diagnoses, and what runs scripts, needs not even these."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "pipeline/doctor"
MEASURING = {"keras", "tensorflow", "numpy"}


def imported(path: Path) -> set[str]:
    """The modules that a file imports, anywhere in it."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: expected absolute imports"
            modules.add(str(node.module))
    return modules


@pytest.mark.parametrize(
    ("folder", "packages", "own"),
    [
        ("evidence", MEASURING, ("pipeline.doctor.evidence",)),
        ("diagnosis", set(), ("pipeline.doctor.diagnosis",)),
        ("running", set(), ("pipeline.doctor.running",)),
        (".", MEASURING, ("pipeline.doctor",)),
    ],
)
def test_the_doctor_imports_nothing_else(folder: str, packages: set[str], own: tuple[str, ...]) -> None:
    files = list((PACKAGE / folder).glob("*.py" if folder == "." else "**/*.py"))
    assert files
    for path in files:
        others = {module for module in imported(path) if module.split(".")[0] not in packages | sys.stdlib_module_names}
        assert not {module for module in others if not module.startswith(own)}, path


def test_the_package_above_imports_nothing() -> None:
    assert imported(ROOT / "pipeline/__init__.py") == set()


def test_each_docstring_names_every_module_of_its_folder() -> None:
    for init in PACKAGE.rglob("__init__.py"):
        text = init.read_text(encoding="utf-8")
        names = {path.stem for path in init.parent.iterdir() if path.name not in ("__init__.py", "__pycache__")}
        assert not {name for name in names if f"`{name}" not in text}, init


def test_the_command_line_imports_none_of_the_packages_that_a_script_may_want_to_set_up_first() -> None:
    text = "import sys, pipeline.doctor.run; print({'keras', 'tensorflow', 'numpy'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("set()\n", "")


def test_a_script_may_still_choose_threads_and_devices() -> None:
    """TensorFlow refuses that once anything has been computed, and the doctor is imported before the script."""
    script = (
        "from pipeline.doctor.attach import attach\nattach()\nimport tensorflow as tf\n"
        "tf.config.threading.set_intra_op_parallelism_threads(1)\nprint(tf.config.threading.get_intra_op_parallelism_threads())"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout.splitlines()[:1]) == (0, ["1"]), ended.stderr
