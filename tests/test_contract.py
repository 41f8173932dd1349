"""dvc.yaml, params.yaml, the stage files and the import rules held to each other."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text())
MODULES = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in (ROOT / "pipeline").rglob("*.py") if path.name != "__init__.py"}
# tracking writes to no output (and what only it reaches); params and variants accept or refuse, and DVC tracks the values.
WITHOUT_EFFECT = ("pipeline.tracking", "pipeline.settings")


@cache
def imported(path: Path) -> frozenset[str]:
    """The modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def reach(module: str) -> set[str]:
    """The package's modules that `module` can have its effect from, itself among them."""
    found, waiting = set(), [module]
    without_effect = {"settings": ()}.get(module.split(".")[-1], WITHOUT_EFFECT)
    while waiting:
        name = waiting.pop()
        if name in MODULES and name not in found and not name.startswith(without_effect):
            found.add(name)
            waiting += imported(MODULES[name])
    return found


def outputs(stage: dict) -> list[str]:
    entries = [entry for kind in ("outs", "metrics", "plots") for entry in stage.get(kind, [])]
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]


def test_stages_are_files_are_in_order():
    files = {path.stem for path in (ROOT / "pipeline/stages").glob("*.py")} - {"__init__"}
    assert files == set(STAGES)
    assert list(STAGES)[-1] == "compare"


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_says_what_it_does_and_names_its_artifacts_once(name: str):
    stage = STAGES[name]
    assert stage["desc"].endswith(".")
    words = stage["cmd"].split()
    assert words[:3] == ["python", "-m", f"pipeline.stages.{name}"]
    paths = [word for word in words[3:] if "." in word.removeprefix("${item.") or "/" in word]
    artifacts = [path for path in stage.get("deps", []) if not path.startswith("pipeline/")] + outputs(stage)
    for path in artifacts:
        assert any(path == named or path.startswith(f"{named}/") for named in paths), f"{path} is not in the command"
    for named in paths:
        declared = [path for path in artifacts if path == named or path.startswith(f"{named}/")]
        # compare reads neither: it removes from both what dropped cells have left behind.
        assert declared or (name == "compare" and named in ("artifacts/gan", "dvc.yaml", "dvc.lock")), f"{named} is not declared"


def test_every_output_is_made_where_the_project_is_cloned():
    """An output in git would keep its stage from running in a fresh clone, and its scores from being tracked there."""
    assert "cache: false" not in (ROOT / "dvc.yaml").read_text()
    assert "/artifacts/" in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_names_the_folders_that_it_reaches_and_no_other(name: str):
    declared = [ROOT / path for path in STAGES[name].get("deps", []) if path.startswith("pipeline/")]
    reached = [MODULES[module] for module in reach(f"pipeline.stages.{name}")]
    for path in reached:
        assert any(named in (path, *path.parents) for named in declared), f"{path} is in no folder that {name} names"
    for named in declared:
        assert any(named in (path, *path.parents) for path in reached), f"{name} names {named} and reaches nothing in it"


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_file_has_its_shape(name: str):
    path = ROOT / f"pipeline/stages/{name}.py"
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    public = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")]
    assert public == [name]
    assert "artifacts/" not in path.read_text().split('if __name__ == "__main__":')[0].split('"""', 2)[2]
    assert not any("default" in ast.dump(node) and node.args.defaults for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_declares_the_settings_that_it_reads(name: str):
    reading = [f"pipeline.stages.{name}", *(module for module in MODULES if name == "compare" and module.startswith("pipeline.report"))]
    text = "".join(MODULES[module].read_text() for module in reading)  # the report is given all settings
    declared = {param.replace("gan.${item.variant}", "gan") for param in STAGES[name].get("params", [])}
    assert {param.split(".")[0] for param in declared} <= set(PARAMS)
    read = set(re.findall(r"settings(?:\(\))?\.((?:run|download|preprocess|classifier|train|evaluate|compare|gan)(?:\.\w+)?)", text))
    whole = {param for param in declared if "." not in param}
    assert {key if key.split(".")[0] not in whole else key.split(".")[0] for key in read} == declared


def test_every_setting_is_some_stages():
    declared = {param.split(".")[0] for stage in STAGES.values() for param in stage.get("params", [])}
    assert declared == set(PARAMS)
    assert set(PARAMS) - {"run", "gan"} <= set(STAGES)


def test_every_setting_carries_its_meaning():
    for line in (ROOT / "params.yaml").read_text().split("\n  asker:")[0].splitlines():
        if re.match(r"^ +\w+:", line) and "&" not in line:
            assert re.search(r"  ?# \S", line), line


def test_import_rules():
    allowed = {"mlflow": "pipeline.tracking", "yaml": "pipeline.settings"}
    no_networks = ("pipeline.metrics", "pipeline.data", "pipeline.pictures.sheets", "pipeline.settings.params", "pipeline.settings.variants")
    libraries = (
        "pipeline.gan",
        "pipeline.metrics",
        "pipeline.data",
        "pipeline.pictures.sheets",
        "pipeline.settings.params",
        "pipeline.files.artifacts",
    )
    for module, path in MODULES.items():
        for name in imported(path):
            package = name.split(".")[0]
            if package in allowed:
                assert module.startswith(allowed[package]), f"{module} imports {name}"
            if package in ("keras", "tensorflow"):
                assert not module.startswith(no_networks), f"{module} imports {name}"
            if name.startswith("pipeline.stages"):
                pytest.fail(f"{module} imports {name}")
            if name.startswith("pipeline.tracking"):
                assert not module.startswith(libraries), f"{module} imports {name}"


def test_the_stages_without_networks_do_not_wait_for_tensorflow():
    for name in ("settings", "download", "preprocess", "compare"):
        found, waiting = set(), [f"pipeline.stages.{name}"]
        while waiting:
            module = waiting.pop()
            if module in MODULES and module not in found:
                found.add(module)
                waiting += imported(MODULES[module])
                assert not imported(MODULES[module]) & {"keras", "tensorflow"}, f"{name} reaches {module}"


def test_package_files_hold_no_code_that_could_change_an_output():
    """They are in no stage's dependencies: words and the environment of chatty libraries alone."""
    for path in (ROOT / "pipeline").rglob("__init__.py"):
        assert imported(path) <= {"os", "logging"}
        assert ast.get_docstring(ast.parse(path.read_text()))


def test_there_is_one_train_step():
    files = [path for path in (ROOT / "pipeline").rglob("*.py") if "def train_step" in path.read_text()]
    assert [path.relative_to(ROOT).as_posix() for path in files] == ["pipeline/gan/base.py"]
    assert files[0].read_text().count("def train_step") == 1


def test_every_stage_has_tests_of_its_own():
    for name in STAGES:
        assert (ROOT / f"tests/stages/test_{name}.py").is_file()


def test_the_lock_names_no_index_and_every_package_has_hashes():
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    assert "--index" not in text
    entries = re.split(r"\n(?=[a-z0-9])", text.split("\n", 2)[2])
    assert len(entries) > 50
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
