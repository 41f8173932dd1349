"""DeepCrime's mutants: written from their bases, each a line of another, and harm by a rule that was fixed before."""

import json
import math
import runpy
import shutil
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from benchmarks.diagnosis.deepcrime import harm as harms
from benchmarks.diagnosis.deepcrime.harm import harm, quality
from benchmarks.diagnosis.deepcrime.mutant import Mutant, mutated, names
from benchmarks.diagnosis.deepcrime.mutants import MUTANTS
from benchmarks.diagnosis.deepcrime.operators import NOT_APPLICABLE, OPERATORS
from benchmarks.diagnosis.deepcrime.writing import write_mutants
from benchmarks.diagnosis.scripts.running import Run
from benchmarks.diagnosis.scripts.scripts import SETS, scripts
from pipeline.files.errors import DataError
from tests.conftest import ROOT

FOLDER = ROOT / "examples/deepcrime"


def test_every_operator_is_applied_or_has_a_reason_why_not() -> None:
    assert len(OPERATORS) == 24
    assert {mutant.operator for mutant in MUTANTS} | set(NOT_APPLICABLE) == set(OPERATORS)
    assert not {mutant.operator for mutant in MUTANTS} & set(NOT_APPLICABLE)


def test_the_committed_mutants_are_those_of_the_table(tmp_path: Path) -> None:
    copy = tmp_path / "deepcrime"
    shutil.copytree(FOLDER, copy)
    write_mutants(copy)
    for path in [*FOLDER.glob("faulty/*.py"), FOLDER / "mutants.json"]:
        assert (copy / path.relative_to(FOLDER)).read_bytes() == path.read_bytes(), path.name
    assert len(list(copy.glob("faulty/*.py"))) == len(MUTANTS)


def test_a_mutant_differs_from_its_base_where_its_line_says() -> None:
    for name, row in json.loads((FOLDER / "mutants.json").read_text()).items():
        one, other = ((FOLDER / folder).read_text().splitlines() for folder in (f"healthy/{row['base']}.py", f"faulty/{name}.py"))
        before = row["line"] - 1
        assert one[:before] == other[:before]
        assert one[before] != other[before]
        compile("\n".join(other), name, "exec")


def test_the_harm_of_a_changed_mutant_is_forgotten_and_no_other(tmp_path: Path) -> None:
    copy = tmp_path / "deepcrime"
    shutil.copytree(FOLDER, copy)
    rows = json.loads((copy / "mutants.json").read_text())
    measured = harm([2.0, 2.0, 2.0], [1.0, 1.0, 1.0])
    (copy / "mutants.json").write_text(json.dumps({name: row | {"harm": measured} for name, row in rows.items()}))
    (copy / "faulty/hlr_ring_points.py").write_text("# another\n")
    (copy / "faulty/of_no_mutant.py").touch()
    write_mutants(copy)
    forgotten = [name for name, row in json.loads((copy / "mutants.json").read_text()).items() if row["harm"] is None]
    assert forgotten == ["hlr_ring_points"]
    assert not (copy / "faulty/of_no_mutant.py").exists()


def test_a_line_that_the_base_does_not_have_once_is_refused() -> None:
    for old in ("RATE = 1.0", "layers.Dense("):
        with pytest.raises(DataError, match="expected the line"):
            mutated(Mutant("HLR", "ring_points", old, "", ""), FOLDER / "healthy")


def test_a_second_mutant_of_an_operator_has_a_number() -> None:
    assert {"hbs_labelled_digits", "hbs_labelled_digits_2", "hbs_ring_points"} <= set(names(MUTANTS))
    assert len(names(MUTANTS)) == len(MUTANTS)


def test_harm_is_every_seed_worse_than_the_worst_of_the_base_by_a_margin() -> None:
    base = [1.0, 2.0, 1.5]
    assert harm([2.3, 9.0, 2.21], base)["harmful"]
    assert harm([float("nan"), float("inf"), 2.3], base)["harmful"]
    assert not harm([2.3, 9.0, 2.19], base)["harmful"]


def test_a_mutant_without_harm_is_no_fault_to_be_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    copy = tmp_path / "deepcrime"
    shutil.copytree(FOLDER, copy)
    rows = json.loads((copy / "mutants.json").read_text())
    rows["hlr_ring_points"]["harm"], rows["wab_ring_points"]["harm"] = harm([9.0] * 3, [1.0] * 3), harm([1.0] * 3, [1.0] * 3)
    (copy / "mutants.json").write_text(json.dumps(rows))
    kinds = {script.name: script.kind for script in scripts(SETS[2]._replace(folder=copy))}
    assert (kinds["hlr_ring_points"], kinds["wab_ring_points"], kinds["ring_points"]) == ("faulty", "harmless", "healthy")


def test_the_quality_is_the_number_that_the_script_printed() -> None:
    assert quality(Path("one.py"), Run(0, 1.0, "step 3\nquality: 0.25\n", "")) == 0.25
    assert np.isnan(quality(Path("one.py"), Run(0, 1.0, "quality: nan\n", "")))
    with pytest.raises(DataError, match=r"one\.py: expected a line `quality: NUMBER`, the script ended with 1 \(ValueError\)"):
        quality(Path("one.py"), Run(1, 1.0, "step 3\n", "ValueError"))


def test_each_seed_is_a_run_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harms, "run_plain", lambda script, variables: Run(0, 1.0, f"quality: {variables['SEED']}\n", ""))
    assert harms.measured([Path("one.py"), Path("two.py")], {}) == {"one": [1.0, 2.0, 3.0], "two": [1.0, 2.0, 3.0]}


def test_the_energy_distance_is_that_of_two_normal_distributions() -> None:
    energy_distance = runpy.run_path(str(ROOT / "examples/energy.py"))["energy_distance"]
    normal = NormalDist()
    rows = np.array([[normal.inv_cdf((place + 0.5) / 1000)] for place in range(1000)])
    between = 2 / math.sqrt(math.pi) * math.exp(-0.25) + 2 * normal.cdf(math.sqrt(0.5)) - 1  # E|X - Y| of two normal numbers, one deviation apart
    assert energy_distance(rows, rows + 1) == pytest.approx(2 * between - 4 / math.sqrt(math.pi), abs=0.005)
    assert energy_distance(rows, rows[::-1]) == pytest.approx(0, abs=1e-9)
