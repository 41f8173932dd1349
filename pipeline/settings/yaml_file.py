"""Reading YAML files as DVC reads them: YAML 1.2, and no key twice.

PyYAML by itself follows YAML 1.1, in which `010` is 8, `1:30` is 90, `no` is false and `1e-4` is text.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from pipeline.files.errors import SettingsError
from pipeline.files.plain import read_plain
from pipeline.files.shown import plain, shown

LARGEST = 500_000  # bytes of a file of settings; params.yaml has 12 000
BYTES_PER_VALUE = 50  # a file of the largest size may have so many values; each costs a thousand bytes of memory
DEEPEST = 20  # levels of sections in sections
LONGEST_NUMBER = 100  # characters
MOST_MERGED = 40_000  # keys that << adds over a whole file
MOST_MERGED_SECTIONS = 16  # sections in one list after <<
TAG = "tag:yaml.org,2002:"


class RefusedError(yaml.MarkedYAMLError):
    """YAML that is valid, but that DVC and YAML 1.2 would not read alike, or that has no place in a file of settings."""


class Loader(yaml.SafeLoader):
    """Reads plain values by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2, section 10.3.2), within bounds of time and memory."""

    def __init__(self, text: str, most_values: int) -> None:
        super().__init__(text)
        self.most_values = most_values
        self.values = self.merged = self.level = 0

    def compose_node(self, parent: Any, index: Any) -> yaml.Node | None:
        """Build a value and everything in it, but not more of them, and not deeper, than a file of settings may hold."""
        self.values += 1
        self.level += 1
        if self.values > self.most_values or self.level > DEEPEST:
            limit = f"at most {DEEPEST} levels" if self.level > DEEPEST else f"at most {self.most_values} values"
            raise RefusedError(problem=f"expected {limit}, received more", problem_mark=self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        node = super().compose_node(parent, index)
        self.level -= 1
        return node

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """Build a mapping and refuse a key that it has twice; keys that come from `<<` may be overridden."""
        node = super().compose_mapping_node(anchor)
        first: dict[Any, yaml.Node] = {}
        for key_node in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            key = "<<" if key_node.tag == f"{TAG}merge" else self.construct_object(key_node, deep=True)
            if key in first:
                line = first[key].start_mark.line + 1
                problem = f"expected each key once in its section, received {shown(key_node.value)} again (first in line {line}); remove one"
                raise RefusedError(problem=problem, problem_mark=key_node.start_mark)
            first[key] = key_node
        return node

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Put what `<<` names into the mapping; sections that merge sections that merge sections could grow without end."""
        before = len(node.value)
        if any(
            isinstance(value, yaml.SequenceNode) and len(value.value) > MOST_MERGED_SECTIONS for key, value in node.value if key.tag == f"{TAG}merge"
        ):
            raise RefusedError(problem=f"expected at most {MOST_MERGED_SECTIONS} sections after <<, received more", problem_mark=node.start_mark)
        super().flatten_mapping(node)
        self.merged += max(0, len(node.value) - before)
        if self.merged > MOST_MERGED:
            raise RefusedError(problem=f"expected << to add at most {MOST_MERGED} keys, received more", problem_mark=node.start_mark)

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> Any:
        """Find what a value is; one that begins like a number is not compared with the patterns of numbers if it cannot be one."""
        if kind is yaml.ScalarNode and implicit[0] and len(value) > LONGEST_NUMBER and value[0] in NUMBER_START:
            return f"{TAG}refused"
        return super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]

    def construct_core_bool(self, node: yaml.ScalarNode) -> bool:
        """Read true or false."""
        if (text := self.construct_scalar(node).lower()) not in ("true", "false"):
            self.refuse(node)
        return bool(text == "true")

    def construct_core_int(self, node: yaml.ScalarNode) -> int:
        """Read 10, 010 (ten), 0o10 (eight) or 0x1F."""
        text = self.construct_scalar(node)
        if len(text) > LONGEST_NUMBER:
            self.refuse(node)
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))

    def construct_core_float(self, node: yaml.ScalarNode) -> float:
        """Read 0.5, 1e-4, .inf or .nan."""
        return float(re.sub(r"\.(?=[in])", "", self.construct_scalar(node).lower()))

    def refuse(self, node: yaml.ScalarNode) -> None:
        """Refuse a plain value that DVC reads otherwise than YAML 1.2, such as 1_000, a date or 0b11."""
        problem = f"expected a value that DVC and YAML 1.2 read alike, received {plain(node.value)}; write a number in digits, or text in quotes"
        raise RefusedError(problem=problem, problem_mark=node.start_mark)

    def refuse_tag(self, node: yaml.Node) -> None:
        """Refuse a tag that is none of the core schema's, such as !!python/object or !!set."""
        raise RefusedError(problem=f"expected a plain value, received one with the tag {plain(node.tag)}", problem_mark=node.start_mark)


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
Loader.yaml_constructors = {f"{TAG}{kind}": yaml.SafeLoader.yaml_constructors[f"{TAG}{kind}"] for kind in ("null", "str", "seq", "map")}
Loader.add_constructor(f"{TAG}bool", Loader.construct_core_bool)
Loader.add_constructor(f"{TAG}int", Loader.construct_core_int)
Loader.add_constructor(f"{TAG}float", Loader.construct_core_float)
Loader.add_constructor(f"{TAG}refused", Loader.refuse)
Loader.add_constructor(None, Loader.refuse_tag)


def read_yaml(path: Path, largest: int = LARGEST) -> dict[str, Any]:
    """Read a YAML file that holds a mapping.

    Args:
        path: The file, UTF-8.
        largest: The size in bytes up to which it is read; it bounds time and memory.

    Returns:
        The mapping, with merge keys (`<<`) applied.

    Raises:
        SettingsError: The file is missing, no file, too large, is not YAML, holds no mapping, has a key twice or a value that DVC reads otherwise.

    >>> sorted(read_yaml(Path("params.yaml")))[:3]
    ['classifier', 'compare', 'download']
    """
    try:
        content = _parse(read_plain(path, largest).decode("utf-8"), largest // BYTES_PER_VALUE)
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file; run in the project's folder") from None
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; `git checkout {path}` restores it") from None
    except RefusedError as error:
        raise SettingsError(f"{path}: {_line(error)}{error.problem}") from None
    except yaml.MarkedYAMLError as error:
        raise SettingsError(f"{path}: {_line(error)}expected YAML, received something else ({plain(error.problem or '')})") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SettingsError(f"{path}: expected YAML, received something else ({plain(str(error))})") from None
    if not isinstance(content, dict):
        received = "an empty file" if content is None else type(content).__name__
        raise SettingsError(f"{path}: expected sections such as run: and gan:, received {received}; `git checkout {path}` restores it")
    return content


def _parse(text: str, most_values: int) -> Any:
    loader = Loader(text, most_values)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _line(error: yaml.MarkedYAMLError) -> str:
    return f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
