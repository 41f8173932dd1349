"""params.yaml: `pipeline.settings.params.load_settings`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.fuzz.kind import BrokenPromiseError, Kind

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

PARAMS = Path(__file__).parents[3] / "params.yaml"
VARIANT = "answer"


def _reader() -> Callable[[Path], object]:
    from pipeline.settings.params import Settings, load_settings

    def read(path: Path) -> None:
        if not isinstance(load_settings(path), Settings):
            raise BrokenPromiseError("what was loaded is no settings")

    return read


def _small() -> dict[str, Any]:
    """The project's settings with one variant: the whole file takes long to parse."""
    import yaml

    content: dict[str, Any] = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    content["run"]["variants"] = [VARIANT]
    content["compare"]["baseline"] = VARIANT
    content["gan"] = {VARIANT: content["gan"][VARIANT]}
    return content


def _seeds() -> list[bytes]:
    import yaml

    content = _small()
    text = yaml.safe_dump(content, sort_keys=False)
    based = {"gan": {"defaults": content["gan"][VARIANT]}}
    merged = yaml.safe_dump({**content, **based}, sort_keys=False).replace("  defaults:", "  defaults: &defaults")
    return [text.encode(), (merged + f"  {VARIANT}:\n    <<: *defaults\n    depth: 2\n").encode()]


def _scratch() -> "SearchStrategy[bytes]":
    from benchmarks.fuzz.yaml_text import changed_yaml

    return changed_yaml(_seeds()[0])


KIND = Kind("params.yaml", ("pipeline.settings", "yaml.composer", "yaml.constructor", "yaml.resolver"), _reader, _seeds, _scratch)
