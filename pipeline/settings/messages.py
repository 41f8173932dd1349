"""Errors of the settings in one line each: pydantic's own words, made shorter and safe to print."""

from collections.abc import Callable, Iterable

from pydantic_core import ErrorDetails

from pipeline.files.errors import nearest_known
from pipeline.files.shown import plain, shown


def describe(error: ErrorDetails, known: Callable[[], Iterable[str]]) -> str:
    """Say which key is wrong, what was expected and what came.

    Args:
        error: One of pydantic's errors.
        known: Lists the keys that stand beside the wrong one.

    Returns:
        A line, the key first.
    """
    key = ".".join(plain(str(part)) for part in error["loc"])
    received = shown(error["input"])
    match error["type"]:
        case "value_error":
            reason = str(error["ctx"]["error"])
            return f"{key}: {reason}" if reason.startswith("expected ") else f"{key}.{reason}".removeprefix(".")
        case "extra_forbidden":
            return f"{key}: expected a known key, received an unknown one{nearest_known(str(error['loc'][-1]), known())}"
        case "string_pattern_mismatch":
            return f"{key.removesuffix('.[key]')}: expected a name of small letters, digits and _, received {received}"
        case "string_too_long" if key.endswith(".[key]"):
            return f"{key.removesuffix('.[key]')}: expected a name of at most {error['ctx']['max_length']} characters, received {received}"
        case "invalid_key" | "string_type" if key.endswith(".[key]") or error["type"] == "invalid_key":
            return f"{key.removesuffix('.[key]')}: expected a key that is a name, received {received}"
        case "model_type" | "dict_type":
            return f"{key}: expected a section with keys, received {received}"
        case "missing":
            return f"{key}: expected a value, the key is missing"
        case _:
            expected = error["msg"].removeprefix("Input should be ")
            return f"{key}: expected {expected}, received {received}"
