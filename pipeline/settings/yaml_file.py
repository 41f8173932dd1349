"""Reading YAML files as DVC reads them: YAML 1.2, and no key twice.

PyYAML by itself follows YAML 1.1, in which `010` is 8, `1:30` is 90, `no` is false and `1e-4` is text.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from pipeline.files.errors import SettingsError

TAG = "tag:yaml.org,2002:"


class RefusedError(yaml.MarkedYAMLError):
    """YAML that is valid, but that DVC and YAML 1.2 would not read alike."""


class Loader(yaml.SafeLoader):
    """Reads plain values by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2, section 10.3.2)."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """Build a mapping and refuse a key that it has twice; keys that come from `<<` may be overridden."""
        node = super().compose_mapping_node(anchor)
        first: dict[Any, yaml.Node] = {}
        for key_node in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            key = "<<" if key_node.tag == f"{TAG}merge" else self.construct_object(key_node, deep=True)
            if key in first:
                line = first[key].start_mark.line + 1
                problem = f"expected each key once in its section, received {key_node.value!r} again (first in line {line}); remove one"
                raise RefusedError(problem=problem, problem_mark=key_node.start_mark)
            first[key] = key_node
        return node

    def construct_core_int(self, node: yaml.ScalarNode) -> int:
        """Read 10, 010 (ten), 0o10 (eight) or 0x1F."""
        text = self.construct_scalar(node)
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))

    def refuse(self, node: yaml.ScalarNode) -> None:
        """Refuse a plain value that DVC reads otherwise than YAML 1.2, such as 1_000, a date or 0b11."""
        problem = f"expected a value that DVC and YAML 1.2 read alike, received {node.value}; write a number in digits, or text in quotes"
        raise RefusedError(problem=problem, problem_mark=node.start_mark)


# The pattern of each kind of plain value, and the characters that it can begin with; the first that matches decides, and what matches none is text.
NUMBER_START = list("-+.0123456789")
CORE_SCHEMA = (
    (
        "refused",
        r"""[-+]?[0-9]*_[0-9_]* | [-+]?[0-9][0-9_]*\.[0-9_]*_[0-9_]*([eE][-+]?[0-9]+)? | [-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?
        | [-+]?\.[0-9_]*_[0-9_]*([eE][-+]?[0-9]+)? | [-+]?\.[0-9]+[eE][0-9]+
        | [-+]?0b[01_]+ | [-+]?0o[0-7_]*_[0-7_]* | [-+]?0x[0-9a-fA-F_]*_[0-9a-fA-F_]* | [-+]0o[0-7]+ | [-+]0x[0-9a-fA-F]+
        | [0-9]{4}-[0-9]{2}-[0-9]{2} | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:.* | =""",
        [*NUMBER_START, "="],
    ),
    ("null", r"~ | null | Null | NULL |", ["~", "n", "N", ""]),
    ("bool", r"true | True | TRUE | false | False | FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+ | 0o[0-7]+ | 0x[0-9a-fA-F]+", NUMBER_START),
    ("float", r"[-+]?(\.[0-9]+ | [0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? | [-+]?\.(inf|Inf|INF) | \.(nan|NaN|NAN)", NUMBER_START),
    ("merge", r"<<", ["<"]),
)
Loader.yaml_implicit_resolvers = {}  # none of YAML 1.1's
for kind, pattern, start in CORE_SCHEMA:
    Loader.add_implicit_resolver(TAG + kind, re.compile(f"^(?:{pattern})$", re.VERBOSE), start)
Loader.add_constructor(f"{TAG}int", Loader.construct_core_int)
Loader.add_constructor(f"{TAG}refused", Loader.refuse)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping.

    Args:
        path: The file, UTF-8.

    Returns:
        The mapping, with merge keys (`<<`) applied.

    Raises:
        SettingsError: The file is missing, is not YAML, holds no mapping, has a key twice or a value that DVC reads otherwise.

    >>> sorted(read_yaml(Path("params.yaml")))[:3]
    ['classifier', 'compare', 'download']
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file; run in the project's folder") from None
    except RefusedError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise SettingsError(f"{path}: line {line}: {error.problem}") from None
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise SettingsError(f"{path}: expected YAML, received something else ({reason})") from None
    if not isinstance(content, dict):
        received = "an empty file" if content is None else type(content).__name__
        raise SettingsError(f"{path}: expected sections such as run: and gan:, received {received}; `git checkout {path}` restores it")
    return content
