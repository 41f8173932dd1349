"""Variants are added to params.yaml as lines; every other line stays, and what cannot be done so changes nothing."""

import difflib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.files.cells import Cell
from pipeline.files.errors import SettingsError
from pipeline.provenance import cell_settings
from pipeline.settings.editing import add_variants, of_one_cell
from pipeline.settings.params import load_settings
from pipeline.settings.yaml_file import read_yaml
from tests.conftest import ROOT

TRIALS = {"dcgan_fast": {"generator_learning_rate": 0.002}, "dcgan_slow": {"generator_learning_rate": 1e-5, "latent_size": 50}}


@pytest.fixture
def params(tmp_path: Path) -> Path:
    return Path(shutil.copy(ROOT / "params.yaml", tmp_path / "params.yaml"))


def changed_lines(params: Path) -> list[str]:
    """The lines that were added and removed."""
    lines = difflib.ndiff((ROOT / "params.yaml").read_text().splitlines(), params.read_text().splitlines())
    return [line for line in lines if line[0] in "+-"]


def test_variants_are_added_and_other_lines_stay(params: Path) -> None:
    assert add_variants(params, "dcgan", TRIALS) == ["dcgan_fast", "dcgan_slow"]
    settings, before = load_settings(params), load_settings(ROOT / "params.yaml")
    assert settings.run.variants == [*before.run.variants, *TRIALS]
    for name, changes in TRIALS.items():
        assert settings.gan[name] == before.gan["dcgan"].model_copy(update=changes)
    assert {name: settings.gan[name] for name in before.gan} == before.gan
    removed = [line for line in changed_lines(params) if line.startswith("-")]
    assert [line.split("#")[0].strip() for line in removed] == ["-   dcgan:"]  # which gets a name for YAML, with its comment in its column
    (added,) = (line for line in changed_lines(params) if "dcgan: &dcgan" in line)
    assert added.index("#") == removed[0].index("#")


def test_a_second_time_nothing_is_added(params: Path) -> None:
    add_variants(params, "dcgan", TRIALS)
    text = params.read_text()
    assert add_variants(params, "dcgan", TRIALS) == []
    assert params.read_text() == text


def test_a_variant_of_the_same_name_with_other_settings_is_kept(params: Path) -> None:
    with pytest.raises(SettingsError, match=r"gan\.modern: expected no section of this name, or the same settings, found others"):
        add_variants(params, "dcgan", {"modern": {"r1_gamma": 3.0}})
    assert changed_lines(params) == []


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("dcgan_long", {"training_images": 500000}, r"params\.yaml: gan\.dcgan_long\.training_images: expected a multiple of train\.epoch_images"),
        ("dcgan_" + 60 * "x", {"latent_size": 50}, r"params\.yaml: .* at most 64 characters"),
    ],
)
def test_what_the_whole_file_would_be_refused_for_is_not_written(params: Path, name: str, changes: dict[str, int], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        add_variants(params, "dcgan", {name: changes})
    assert changed_lines(params) == []
    assert list(params.parent.iterdir()) == [params]


def test_a_section_behind_the_variants_stays_behind_them(params: Path) -> None:
    text = params.read_text()
    start, end = text.index("compare:\n"), text.index("sweep:")
    params.write_text(text[:start] + text[end:] + "\n" + text[start:end])
    add_variants(params, "answer", {"answer_x": {"depth": 2}})
    assert load_settings(params).gan["answer_x"].depth == 2
    assert list(read_yaml(params))[-1] == "compare"


def test_lists_in_one_line_are_refused_and_stay(params: Path) -> None:
    params.write_text(params.read_text().replace("  variants:", "  variants: [asker]\n  unused:", 1))
    before = params.read_text()
    with pytest.raises(SettingsError, match="expected `run: variants:` and `gan:` with an entry in each line"):
        add_variants(params, "answer", {"answer_x": {"depth": 2}})
    assert params.read_text() == before


def test_the_settings_of_one_cell_are_those_of_the_whole_file(params: Path) -> None:
    whole = load_settings(params)
    text = of_one_cell(read_yaml(params), "modern", 3)
    params.write_text(text)
    one = load_settings(params)
    assert cell_settings(one, Cell("modern", 3)) == cell_settings(whole, Cell("modern", 3))
    assert (one.run.variants, one.run.seeds, list(one.gan)) == (["modern"], [3], ["answer", "modern"])
    assert one.model_dump(exclude={"run", "gan"}) == whole.model_dump(exclude={"run", "gan"})


def _anchored(text: str) -> str:
    return text.replace("dcgan:  ", "dcgan: &my-own  ").replace("*dcgan\n", "*my-own\n")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("  - answer\n", "\n  # as the answer has it\n  - answer\n", 1),
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n# The end.\n",
        _anchored,
    ],
    ids=["a comment and a blank line between variants", "no newline at the end", "a comment behind all sections", "another name for YAML"],
)
def test_other_ways_to_write_the_file(params: Path, change: Callable[[str], str]) -> None:
    text = change(params.read_text())
    params.write_text(text)
    assert add_variants(params, "dcgan", TRIALS, {"latent_size": "narrow layer"}) == list(TRIALS)
    after = params.read_text()
    assert re.search(r"^    latent_size: 50 +# narrow layer$", after, re.MULTILINE)
    removed = [line for line in difflib.ndiff(text.splitlines(), after.splitlines()) if line.startswith("-")]
    assert len(removed) == (0 if change is _anchored else 1)
    if text.endswith("# The end.\n"):
        assert after.endswith("\n# The end.\n")


def test_a_base_that_is_gone_changes_nothing(params: Path) -> None:
    with pytest.raises(SettingsError, match=r"gan\.gone: expected the section that the new ones build on, found none"):
        add_variants(params, "gone", TRIALS)
    assert changed_lines(params) == []
