"""dvc.yaml, params.yaml, the stage files and the import rules held to each other."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text())
MODULES = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in (ROOT / "pipeline").rglob("*.py") if path.name != "__init__.py"}
# Exempt from every stage's dependencies: `settings` accepts or refuses and computes nothing, and DVC tracks the values; `tracking` and what only it
# reaches, and `terminal`, write to no output. A finding of a changed rule trains nothing anew: only with `train.stop_on: error` do rules end a
# training at all.
EXEMPT = {"pipeline.settings", "pipeline.tracking", "pipeline.provenance", "pipeline.terminal", "pipeline.integrity"}
EXEMPT_OF = {"settings": EXEMPT - {"pipeline.settings"}, "train": EXEMPT | {"pipeline.doctor.diagnosis"}}
WITHOUT_EFFECT = {"run.checkpoint_epochs"}  # on any byte, so that a change trains nothing anew
# What each stage names besides `files` and its own file: the table of docs/design.md.
CODE = {
    "settings": {"data", "settings"},
    "download": {"data", "download"},
    "preprocess": {"data"},
    "classifier": {"classifier", "data", "kernels", "runtime.py", "training"},
    "reference": {"classifier", "data", "metrics", "pictures", "runtime.py"},
    "train": {"data", "doctor/evidence", "gan", "kernels", "pictures", "runtime.py", "training"},
    "evaluate": {"classifier", "data", "evaluation", "gan", "kernels", "metrics", "pictures", "runtime.py", "training"},
    "diagnose": {"doctor/diagnosis", "evaluation"},
    "compare": {"data", "doctor/diagnosis", "evaluation", "metrics", "pictures", "report"},
}


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


def reach(stage: str) -> set[str]:
    """The package's modules that a stage's outputs can depend on, its own among them."""
    found, waiting = set[str](), [f"pipeline.stages.{stage}"]
    exempt = tuple(EXEMPT_OF.get(stage, EXEMPT))
    while waiting:
        name = waiting.pop()
        if name in MODULES and name not in found and not name.startswith(exempt):
            found.add(name)
            waiting += imported(MODULES[name])
    return found


def lies_in(path: Path, named: str) -> bool:
    return path == ROOT / named or ROOT / named in path.parents


def outputs(stage: dict[str, Any]) -> list[str]:
    entries = [entry for kind in ("outs", "metrics", "plots") for entry in stage.get(kind, [])]
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]


def test_every_stage_is_a_file_and_compare_is_last() -> None:
    files = {path.stem for path in (ROOT / "pipeline/stages").glob("*.py")} - {"__init__"}
    assert files == set(STAGES)
    assert list(STAGES)[-1] == "compare"


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_says_what_it_does_and_names_its_artifacts_once(name: str) -> None:
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


def test_every_output_is_made_where_the_project_is_cloned() -> None:
    """An output in git would keep its stage from running in a fresh clone, and its scores from being tracked there."""
    assert "cache: false" not in (ROOT / "dvc.yaml").read_text()
    assert "/artifacts/" in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_names_the_folders_that_it_reaches_and_no_other(name: str) -> None:
    declared = [path for path in STAGES[name].get("deps", []) if path.startswith("pipeline/")]
    reached = [MODULES[module] for module in reach(name)]
    assert set(declared) == {f"pipeline/{part}" for part in CODE[name] | {"files", f"stages/{name}.py"}}
    for path in reached:
        assert any(lies_in(path, named) for named in declared), f"{path} is in no folder that {name} names"
    for named in declared:
        assert any(lies_in(path, named) for path in reached), f"{name} names {named} and reaches nothing in it"


def test_the_table_of_contents_is_short_and_names_folders() -> None:
    assert len((ROOT / "dvc.yaml").read_text().splitlines()) <= 200
    code = {path for stage in STAGES.values() for path in stage["deps"] if path.startswith("pipeline/")}
    assert {path for path in code if path.endswith(".py")} <= {"pipeline/runtime.py", *(f"pipeline/stages/{name}.py" for name in STAGES)}


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_file_has_its_shape(name: str) -> None:
    path = ROOT / f"pipeline/stages/{name}.py"
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    public = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")]
    assert public in ([name], ["Paths", name])
    (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    assert len(function.args.args) <= 4, f"{name}: expected a NamedTuple of paths, then settings"
    assert "artifacts/" not in path.read_text().split('if __name__ == "__main__":')[0].split('"""', 2)[2]
    assert not any(node.args.defaults or any(node.args.kw_defaults) for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_owns_its_cell_and_checks_what_it_reads_of_other_stages(name: str) -> None:
    path, stage = ROOT / f"pipeline/stages/{name}.py", STAGES[name]
    program = path.read_text().split('if __name__ == "__main__":')[1]
    named = re.findall(r'with (?:one_line_errors\(\), )?owner\("(\w+)"(, cell\.name)?\):', program)
    assert named == ([] if name == "settings" else [(name, ", cell.name" if "matrix" in stage else "")]), "settings writes one small file"
    of_other_stages = [dep for dep in stage.get("deps", []) if dep.startswith("artifacts/")]
    assert bool(of_other_stages) == ("check_inputs(" in path.read_text())


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_declares_the_settings_that_it_reads(name: str) -> None:
    reading = [f"pipeline.stages.{name}", *(module for module in MODULES if name == "compare" and module.startswith("pipeline.report"))]
    text = "".join(MODULES[module].read_text() for module in reading)  # the report is given all settings
    declared = {param.replace("gan.${item.variant}", "gan") for param in STAGES[name].get("params", [])}
    assert {param.split(".")[0] for param in declared} <= set(PARAMS)
    read = set(re.findall(r"settings(?:\(\))?\.((?:run|download|preprocess|classifier|train|evaluate|compare|gan)(?:\.\w+)?)", text))
    whole = {param for param in declared if "." not in param}
    for section in {key for key in read if "." not in key} - whole:  # handed on as a whole: its keys are read where it is an argument
        read |= {f"{section}.{key}" for module in reach(name) for key in keys_of_argument(MODULES[module], f"{section.title()}Settings")}
        read -= {section}
    assert {key if key.split(".")[0] not in whole else key.split(".")[0] for key in read} == declared | (WITHOUT_EFFECT & read)


def keys_of_argument(path: Path, section: str) -> set[str]:
    """What functions with an argument `settings` of this type read of it."""
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    given = [node for node in functions if any(arg.arg == "settings" and section in ast.dump(arg) for arg in node.args.args)]
    return {key for node in given for key in re.findall(r"settings\.(\w+)", ast.unparse(node))}


def test_every_setting_is_some_stages() -> None:
    declared = {param.split(".")[0] for stage in STAGES.values() for param in stage.get("params", [])}
    assert declared == set(PARAMS) - {"repair", "sweep", "tracking"}  # a setting that changes no byte belongs to no stage
    assert set(PARAMS) - {"run", "repair", "sweep", "tracking", "gan"} <= set(STAGES)


def test_every_setting_carries_its_meaning() -> None:
    for line in (ROOT / "params.yaml").read_text().split("\n  asker:")[0].splitlines():
        if re.match(r"^ +\w+:", line) and "&" not in line:
            assert re.search(r"  ?# \S", line), line


# From the ground up; a module imports only modules of its own folder and of lower layers, so nothing imports upwards or sideways.
LAYERS = (
    {"terminal"},
    {"files"},
    {"data", "kernels", "metrics", "web", "runtime", "training", "doctor/evidence", "doctor/diagnosis"},
    {"settings", "pictures", "doctor"},
    {"classifier", "download", "gan", "integrity", "provenance"},
    {"evaluation"},
    {"report"},
    {"tracking"},
    {"serving", "sweep", "repair"},
    {"stages", "__main__"},
)
ONLY_IN = {"mlflow": ("tracking", "serving"), "yaml": ("settings",), "ruamel": ("settings",), "dvc": ("sweep",), "ray": ("sweep",)}
WITHOUT_NETWORKS = ("metrics", "data", "settings", "report", "pictures", "files", "download", "doctor/diagnosis")


def folder_of(module: str) -> str:
    """The part of the package that a module belongs to, as design.md names it."""
    first, *rest = module.removeprefix("pipeline.").split(".")
    return f"{first}/{rest[0]}" if first == "doctor" and rest and rest[0] in ("evidence", "diagnosis") else first


@pytest.mark.parametrize("module", MODULES)
def test_import_rules(module: str) -> None:
    layer = {folder: height for height, folders in enumerate(LAYERS) for folder in folders}
    own = folder_of(module)
    for name in imported(MODULES[module]):
        package = name.split(".")[0]
        if package in ONLY_IN:
            assert own in ONLY_IN[package], f"{module} imports {name}"
        if package in ("keras", "tensorflow"):
            assert own not in WITHOUT_NETWORKS, f"{module} imports {name}"
        if name in MODULES and folder_of(name) != own:
            assert layer[folder_of(name)] < layer[own], f"{module} imports {name}, which is not below it"
        if name.startswith("pipeline.stages."):
            pytest.fail(f"{module} imports the stage {name}")


def test_the_map_of_the_package_names_its_folders() -> None:
    text = (ROOT / "pipeline/__init__.py").read_text()
    named = set(re.findall(r"^    ([\w/]+(?:\.py)?)/?  ", text, re.MULTILINE))
    existing = {path.name.removesuffix(".py") if path.is_dir() else path.name for path in (ROOT / "pipeline").iterdir()}
    assert {name.rstrip("/") for name in named} == existing - {"__init__.py", "__pycache__"}


def test_the_stages_without_networks_do_not_wait_for_tensorflow() -> None:
    for name in ("settings", "download", "preprocess", "diagnose", "compare"):
        found, waiting = set[str](), [f"pipeline.stages.{name}"]
        while waiting:
            module = waiting.pop()
            if module in MODULES and module not in found:
                found.add(module)
                waiting += imported(MODULES[module])
                assert not imported(MODULES[module]) & {"keras", "tensorflow"}, f"{name} reaches {module}"


def test_package_files_hold_no_code_that_could_change_an_output() -> None:
    """They are in no stage's dependencies: words, the environment of chatty libraries and what guards the imports alone."""
    guard = {"pipeline.files.starting", "pipeline.files.starting.guard_imports"}
    for path in (ROOT / "pipeline").rglob("__init__.py"):
        assert imported(path) <= {"os", "logging"} | guard
        assert ast.get_docstring(ast.parse(path.read_text()))


def test_there_is_one_train_step() -> None:
    found = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "pipeline").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name == "train_step"
    ]
    assert found == ["pipeline/gan/base.py"]


def test_every_stage_has_tests_of_its_own() -> None:
    for name in STAGES:
        assert (ROOT / f"tests/stages/test_{name}.py").is_file()


def test_the_lock_names_no_index_and_every_package_has_hashes() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    assert "--index" not in text
    entries = re.split(r"\n(?=[a-z0-9])", text.split("\n", 2)[2])
    assert len(entries) > 50
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
