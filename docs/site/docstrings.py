"""An extension of Griffe, which reads the code for the reference: it shows this project's docstrings as they are meant.

An example, which is a test of pytest's, becomes a block of code. The fields of a class, with the comments behind them, become a list.
"""

import re

from griffe import Attribute, Class, Extension, Object

EXAMPLE = re.compile(r"^( *)>>> .*(?:\n\1(?! *$).*)*", re.MULTILINE)
COMMENT = re.compile(r"  # (.*)$")


class Docstrings(Extension):
    """Changes docstrings before they are parsed."""

    def on_instance(self, *, obj: Object, **_: object) -> None:
        if obj.docstring:
            obj.docstring.value = EXAMPLE.sub(_fenced, obj.docstring.value)

    def on_class_members(self, *, cls: Class, **_: object) -> None:
        fields = [_described(attribute) for name, attribute in cls.attributes.items() if _is_field(attribute) and not name.startswith("_")]
        if fields and cls.docstring and "Attributes:" not in cls.docstring.value:
            cls.docstring.value += "\n\nAttributes:\n    " + "\n    ".join(fields)


def _is_field(attribute: Attribute) -> bool:
    """Whether it is a field of a NamedTuple or of settings, which have no values in the code."""
    return attribute.annotation is not None and attribute.value is None and "property" not in attribute.labels


def _described(field: Attribute) -> str:
    comment = COMMENT.search(field.source.rstrip())
    return f"{field.name}: {comment[1] if comment else field.name.replace('_', ' ')}"


def _fenced(example: re.Match[str]) -> str:
    return f"{example[1]}```pycon\n{example[0]}\n{example[1]}```"
