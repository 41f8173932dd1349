"""The fix of a finding as a diff of the user's own line, where one literal is certainly what is wrong. Files are read, never written."""

import ast
import math
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pipeline.doctor.diagnosis import thresholds
from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.tracing.places import START

RATE, BETA_1, BETA_2 = "0.0002", "0.5", "0.999"  # what the fixes of `learning_rate` and `momentum` begin with
CROSS_ENTROPIES = {"BinaryCrossentropy": 0, "binary_crossentropy": 2}  # the place of from_logits among their arguments
OPTIMIZERS = ("Adam", "AdamW", "Adamax", "Nadam", "RMSprop", "SGD", "Adagrad", "Adadelta", "Lion", "Ftrl")


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
        edits = _edits(ast.parse(source), source, int(line), finding)
        return _diff(file, source, edits.pop()) if len(edits) == 1 else ""
    except Exception:  # a file of any kind may stand there, and the report matters more
        return ""


def _edits(tree: ast.Module, source: str, line: int, finding: Finding) -> set[Edit]:
    """All changes of literals that would fix a finding; of several it is not certain which one is meant."""
    if finding.id == DOUBLE:
        return _without_sigmoid(tree, source, finding.evidence)
    return {edit for call in _calls(tree, line) if (edit := CHANGES[finding.id](call, finding.evidence))}


def _diff(file: str, source: str, edit: Edit) -> str:
    """A line before and after an edit, if what comes of it is Python."""
    lines = re.split("(\\r\\n|\\r|\\n)", source)  # as Python counts lines, with their ends between them
    old = lines[2 * (edit.line - 1)].encode()
    new = (old[: edit.start] + edit.text.encode() + old[edit.end :]).decode()
    ast.parse("".join([*lines[: 2 * (edit.line - 1)], new, *lines[2 * edit.line - 1 :]]))
    return f"{file}:{edit.line}\n- {old.decode().strip()}\n+ {new.strip()}"


def _without_sigmoid(tree: ast.Module, source: str, evidence: dict[str, Any]) -> set[Edit]:
    """A layer of one unit without its activation, if outputs are those of a sigmoid and the file names a sigmoid nowhere else."""
    low, high = evidence.get("outputs_reach", (-1, 2))
    layers = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_sigmoid(_keyword(node, "activation"))]
    if len(layers) != 1 or source.count("sigmoid") != 1 or not 0 <= low <= high <= 1:
        return set()
    units, given = _keyword(layers[0], "units") or next(iter(layers[0].args), None), _keyword(layers[0], "activation")
    edit = _instead(given, "None") if given is not None and _number(units) == 1 else None
    return {edit} if edit else set()


def _is_sigmoid(node: ast.expr | None) -> bool:
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
    place = CROSS_ENTROPIES.get(ast.unparse(call.func).rpartition(".")[2])
    if place is None:
        return None
    given = _keyword(call, "from_logits") or next(iter(call.args[place:]), None)
    if given is not None:
        return _instead(given, "True") if isinstance(given, ast.Constant) and given.value is False else None
    if any(keyword.arg is None for keyword in call.keywords) or any(isinstance(argument, ast.Starred) for argument in call.args):
        return None  # they may hold it
    if not call.args and not call.keywords:
        end = int(call.end_col_offset or 0) - 1
        return Edit(int(call.end_lineno or 0), end, end, "from_logits=True")
    last = max((part.end_lineno or 0, part.end_col_offset or 0) for part in (*call.args, *(word.value for word in call.keywords)))
    if last[0] != call.end_lineno or (call.end_col_offset or 0) - last[1] != 1:  # a bracket or a comma stands between
        return None
    return Edit(last[0], last[1], last[1], ", from_logits=True")


def _rate(call: ast.Call, evidence: dict[str, Any]) -> Edit | None:
    """The learning rate of an optimizer that is itself out of bounds."""
    rates = [rate for name, rate in evidence.items() if name.endswith("learning_rate")]
    given = _keyword(call, "learning_rate") or (call.args[0] if call.args and ast.unparse(call.func).rpartition(".")[2] in OPTIMIZERS else None)
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
