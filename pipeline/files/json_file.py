"""Reading JSON files by a schema: what they hold is what their writer writes, or an error of one line names the first difference.

A schema is a class that inherits from `Schema` and names the keys of an object with their types, or a type such as `dict[str, int]`. It stands beside
what writes the file.
"""

import json
import math
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pipeline.files.errors import DataError
from pipeline.files.reading import MAKE_AGAIN, read_bounded
from pipeline.files.shown import shown

MOST_BYTES = 64 * 2**20
MOST_DEPTH = 100  # of lists and objects within each other
LARGEST = 2**63  # of a whole number


class Schema(BaseModel):
    """The keys of a JSON object and their types. No key without a default may be missing, and none may come besides; no value is converted.

    Example:
        >>> class Report(Schema):
        ...     accuracy: float
        >>> parse_json(b'{"accuracy": 0.99}', Report, "report.json")
        {'accuracy': 0.99}
        >>> parse_json(b'{"accuracy": "high"}', Report, "report.json")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        pipeline.files.errors.DataError: report.json: accuracy: expected a valid number, received 'high'; ...
    """

    model_config = ConfigDict(extra="forbid", strict=True)


def _whole_or_fraction(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        raise ValueError("expected a number or null")
    return value


Number = Annotated[Any, AfterValidator(_whole_or_fraction)]  # a number, or null where there is none: NaN is written as null
Count = Annotated[int, Field(ge=0)]


def read_json(path: Path, schema: Any = Any) -> Any:
    """Read a JSON file.

    Args:
        path: The file, UTF-8, at most 64 MB.
        schema: What it must hold; by default any JSON, as a benchmark's own results.

    Returns:
        Its content as dictionaries, lists, strings, numbers, booleans and None, so that it is written again as the same bytes.

    Raises:
        DataError: The file is missing, too large, no JSON or not of the schema.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "counts.json"
    >>> _ = path.write_text('{"sheets": 3}')
    >>> read_json(path, dict[str, int])
    {'sheets': 3}
    """
    return parse_json(read_bounded(path, "a JSON file", MOST_BYTES), schema, str(path))


def parse_json(content: bytes, schema: Any, source: str) -> Any:
    """Decode the bytes of a JSON file.

    Args:
        content: The bytes.
        schema: As for `read_json`.
        source: The name of the file, for messages.

    Returns:
        As `read_json`.

    Raises:
        DataError: The content is no JSON in UTF-8, holds a key twice, a number that is not finite or has more than 64 bits, is nested deeper than
            100 levels, or is not of the schema.
    """
    try:
        parsed = json.loads(content.decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_refuse, parse_float=_finite, parse_int=_bounded)
        _check_depth(parsed, MOST_DEPTH - 1)
        _adapter(schema).validate_python(parsed, strict=True)
    except ValidationError as error:
        raise DataError(f"{source}: {_describe(error)}; {MAKE_AGAIN}") from None
    except RecursionError:
        raise DataError(f"{source}: expected JSON of at most {MOST_DEPTH} levels, received more; {MAKE_AGAIN}") from None
    except ValueError as error:
        raise DataError(f"{source}: expected JSON, received something else ({' '.join(str(error).split())[:200]}); {MAKE_AGAIN}") from None
    return parsed


@cache
def _adapter(schema: Any) -> TypeAdapter[Any]:
    return TypeAdapter(schema)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the key {shown(name)} comes twice")
    return content


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number of JSON")


def _finite(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{shown(text)} is too large a number")
    return value


def _bounded(text: str) -> int:
    if len(text) > 20 or abs(value := int(text)) > LARGEST:
        raise ValueError(f"{shown(text)} is too large a whole number")
    return value


def _check_depth(value: Any, left: int) -> None:
    if left < 0:
        raise RecursionError
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if isinstance(item, dict | list):
            _check_depth(item, left - 1)


def _describe(error: ValidationError) -> str:
    """The first difference from the schema; a key that nothing knows says more than the one that is missing for it."""
    first = min(error.errors(include_url=False), key=lambda detail: detail["type"] != "extra_forbidden")
    key = shown(".".join(str(part) for part in first["loc"]))[1:-1] or "the whole"
    match first["type"]:
        case "extra_forbidden":
            return f"{key}: expected only keys that its writer knows, received this one"
        case "missing":
            return f"{key}: expected a value, the key is missing"
    expected = first["msg"].removeprefix("Input should be ").removeprefix("Value error, expected ")
    return f"{key}: expected {expected}, received {shown(first['input'])}"
