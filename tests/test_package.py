"""The wheel: it holds the package with its templates, and the doctor in it needs nothing but Keras, TensorFlow and NumPy."""

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.project import copy_files

DOCTOR_NEEDS = {"keras", "numpy", "tensorflow"}
# In an environment without the extras of pyproject.toml these are missing.
IMPORT_ALONE = """
import importlib, sys
class Missing:
    def find_spec(self, name, *_):
        if name.split(".")[0] in "altair dvc jinja2 matplotlib mlflow pandas PIL pydantic scipy sklearn statsmodels yaml".split():
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
for name in sys.argv[1:]:
    importlib.import_module(name)
print(sys.modules["pipeline"].__file__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the wheel."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    copy_files(source, ("pipeline/", "tests/", "benchmarks/", "pyproject.toml", "README.md", "LICENSE"))
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--wheel-dir",
        str(folder),
        str(source),
    ]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        archive.extractall(folder)
    return folder


def test_it_holds_every_module_and_template_and_nothing_else(wheel: Path) -> None:
    def files(root: Path) -> set[str]:
        return {path.relative_to(root).as_posix() for path in (root / "pipeline").rglob("*") if path.is_file() and "__pycache__" not in path.parts}

    assert files(wheel) == files(ROOT)
    assert [path.name for path in wheel.iterdir() if path.is_dir() and not path.name.endswith(".dist-info")] == ["pipeline"]


def test_the_doctor_imports_keras_tensorflow_numpy_and_itself(wheel: Path) -> None:
    for path in (wheel / "pipeline/doctor").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for name in names:
                top = name.split(".")[0]
                assert top in DOCTOR_NEEDS | sys.stdlib_module_names or name.startswith("pipeline.doctor"), f"{path.name} imports {name}"


def test_the_doctor_imports_where_the_pipeline_is_not_installed(wheel: Path) -> None:
    modules = [".".join(path.relative_to(wheel).with_suffix("").parts) for path in sorted((wheel / "pipeline/doctor").rglob("*.py"))]
    command = [sys.executable, "-c", IMPORT_ALONE, *(name for name in modules if not name.endswith(("__init__", "__main__")))]
    ended = subprocess.run(command, cwd=wheel, env={"TF_CPP_MIN_LOG_LEVEL": "3"}, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == str(wheel / "pipeline/__init__.py")
