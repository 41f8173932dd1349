"""The fix of a finding as a diff of the user's own line, where one literal is certainly what is wrong. Files are read, never written."""

import ast
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.tracing.places import START

RATE, BETA_1, BETA_2 = "0.0002", "0.5", "0.999"  # what the fixes of `learning_rate` and `momentum` begin with
CROSS_ENTROPIES = ("BinaryCrossentropy", "binary_crossentropy")


class Edit(NamedTuple):
    """A text in the place of what stands in a line between two columns; lines count from 1, columns from 0."""

    line: int
    start: int
    end: int
    text: str


def line_diff(finding: Finding) -> str:
    """What to write instead of the line that a finding is about: `FILE:LINE`, then the line with - and the new one with +.

    Returns:
        Three lines; empty where the change cannot be built with certainty: the line is not known, or its literals do not say what is wrong.
    """
    file, _, line = finding.where.rpartition(":")
    if finding.id not in (*CHANGES, DOUBLE) or not line.isdigit():
        return ""
    try:
        source = (START / file).read_bytes().decode()
        tree = ast.parse(source)
        edit = _without_sigmoid(tree, source) if finding.id == DOUBLE else _change_in(tree, int(line), finding)
        if edit is None:
            return ""
        old = source.splitlines()[edit.line - 1].encode()
        new = old[: edit.start] + edit.text.encode() + old[edit.end :]
    except (OSError, ValueError, SyntaxError, IndexError, RecursionError):
        return ""
    return f"{file}:{edit.line}\n- {old.decode().strip()}\n+ {new.decode().strip()}"


def _change_in(tree: ast.Module, line: int, finding: Finding) -> Edit | None:
    """The change of a literal in one of the calls of a line."""
    return next((edit for call in _calls(tree, line) if (edit := CHANGES[finding.id](call, finding.evidence))), None)


def _without_sigmoid(tree: ast.Module, source: str) -> Edit | None:
    """A layer without its activation, if the file names a sigmoid nowhere else: then that layer is the last one of the discriminator."""
    layers = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and (given := _keyword(node, "activation")) and _is_sigmoid(given)]
    if len(layers) != 1 or source.count("sigmoid") != 1:
        return None
    given = _keyword(layers[0], "activation")
    return _instead(given, "None") if given is not None else None


def _is_sigmoid(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == "sigmoid"


def _calls(tree: ast.Module, line: int) -> Iterator[ast.Call]:
    """The calls in a line, and what made an object that is called there, if one assignment in the file makes it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.lineno <= line <= (node.end_lineno or node.lineno):
            yield node
            made = _made(tree, ast.unparse(node.func))
            if made:
                yield made


def _made(tree: ast.Module, name: str) -> ast.Call | None:
    """The call whose result is given this name, if one assignment does it and no other one uses the name."""
    assigned = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if ast.unparse(target) == name
    ]
    return assigned[0] if len(assigned) == 1 and isinstance(assigned[0], ast.Call) else None


def _logits(call: ast.Call, _: dict[str, Any]) -> Edit | None:
    """A cross entropy that is given logits."""
    if ast.unparse(call.func).rpartition(".")[2] not in CROSS_ENTROPIES:
        return None
    given = _keyword(call, "from_logits")
    if given is not None:
        return _instead(given, "True") if isinstance(given, ast.Constant) and given.value is False else None
    if any(keyword.arg is None for keyword in call.keywords) or call.lineno != call.end_lineno:  # **options may hold it
        return None
    end = int(call.end_col_offset or 0) - 1
    return Edit(call.lineno, end, end, f"{', ' if call.args or call.keywords else ''}from_logits=True")


def _rate(call: ast.Call, evidence: dict[str, Any]) -> Edit | None:
    """A learning rate that is itself out of bounds."""
    rates = [rate for name, rate in evidence.items() if name.endswith("learning_rate")]
    given = _keyword(call, "learning_rate") or (call.args[0] if call.args else None)
    value = _number(given)
    wrong = value is not None and not thresholds.LOWEST_RATE <= value <= thresholds.HIGHEST_RATE
    known = value is not None and any(math.isclose(value, rate, rel_tol=1e-3) for rate in rates)
    return _instead(given, RATE) if given is not None and wrong and known else None


def _momentum(call: ast.Call, _: dict[str, Any]) -> Edit | None:
    """A decay rate that is out of bounds."""
    beta_1, beta_2 = (_keyword(call, name) for name in ("beta_1", "beta_2"))
    first, second = _number(beta_1), _number(beta_2)
    if beta_1 is not None and first is not None and first > thresholds.HIGHEST_BETA_1:
        return _instead(beta_1, BETA_1)
    return _instead(beta_2, BETA_2) if beta_2 is not None and second is not None and second < thresholds.LOWEST_BETA_2 else None


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _number(node: ast.expr | None) -> float | None:
    """The number that a literal is."""
    is_number = isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
    return float(node.value) if is_number and isinstance(node, ast.Constant) else None  # type: ignore[arg-type]


def _instead(node: ast.expr, text: str) -> Edit | None:
    """A text instead of an expression that stands in one line."""
    return Edit(node.lineno, node.col_offset, node.end_col_offset or 0, text) if node.lineno == node.end_lineno else None


DOUBLE = "double_activation"
CHANGES: dict[str, Callable[[ast.Call, dict[str, Any]], Edit | None]] = {
    "logits_as_probabilities": _logits,
    "learning_rate": _rate,
    "momentum": _momentum,
}
