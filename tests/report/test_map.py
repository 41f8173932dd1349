"""The map of the package is true."""

import re
from pathlib import Path

from pipeline import report


def test_the_docstring_names_every_module_and_nothing_else() -> None:
    assert report.__doc__ is not None
    named = re.findall(r"^(\w+(?:\.py|/))  +\S", report.__doc__, re.MULTILINE)
    folder = Path(report.__path__[0])
    modules = {path.name for path in folder.glob("*.py")} - {"__init__.py"}
    assert sorted(named) == sorted(modules | {"templates/"})
