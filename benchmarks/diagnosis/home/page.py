"""What `home` adds to docs/diagnosis.md: its tables, and a paragraph for each failure mode."""

import inspect
from collections import Counter
from collections.abc import Sequence
from typing import Any

from benchmarks.diagnosis.home.effects import effect_text, effects
from benchmarks.diagnosis.home.words import CELLS, CONFUSION, COST, EXAMINED, FAILING_RULE, FAULTS, FOUND_IN_SCRIPTS, FROM_SCRIPTS, PICTURES, SESSION
from pipeline.doctor.diagnosis.diagnose import RULES
from pipeline.doctor.diagnosis.findings import SEVERITIES, Rule, Setting, Times
from pipeline.doctor.diagnosis.fixes import RANGES
from pipeline.doctor.diagnosis.summary import evidence_text

Row = dict[str, Any]


def measured(results: Row) -> list[str]:
    """How the doctor examines, and what it found in GANs that are written here."""
    parts = [EXAMINED, FAULTS, faults_table(results["faults"]), CONFUSION, confusion_table(results["faults"]), healthy_table(results["healthy"])]
    return [*parts, CELLS, cells_table(results["cells"]), SESSION, f"```text\n{results['session'].strip()}\n```"]


def cost(results: Row) -> list[str]:
    """What the doctor costs these GANs."""
    return [COST, cost_table(results["cost"])]


def failure_modes(results: Row, pictures: set[str], scripts: Sequence[Row]) -> list[str]:
    """A paragraph for each rule; `pictures` are the ids of findings that have one, `scripts` the rows of all scripts."""
    return ["## The failure modes", *(failure_mode(rule, results, pictures, scripts) for rule in RULES), FAILING_RULE]


def faults_table(faults: list[Row]) -> str:
    """A line per fault."""
    lines = ["| fault | GAN | found | epoch | steps an epoch | evidence | besides it |", "|---|---|---|---:|---:|---|---|"]
    for row in faults:
        found = f"[{row['expected']}](#{row['expected']})" if row["named"] else f"**not found**: {row['expected']}"
        beside = ", ".join(row["errors_beside"] + row["others_beside"])
        start = f"| {row['fault']} | `{row['gan']}` | {found} | {row['epoch']} | {row['steps']} |"
        lines.append(f"{start} {evidence_text(row['evidence'] or {})} | {beside} |")
    return "\n".join(lines)


def confusion_table(faults: list[Row]) -> str:
    """Expected findings against those found: counts, a row per expected finding, a column per finding that was found besides an expected one."""
    expected = list(dict.fromkeys(row["expected"] for row in faults))
    beside = sorted({name for row in faults for name in row["errors_beside"] + row["others_beside"]})
    lines = [
        "| expected | faults | found |" + "".join(f" {name} |" for name in beside),
        "|---|---:|---:|" + "---:|" * len(beside),
    ]
    for name in expected:
        rows = [row for row in faults if row["expected"] == name]
        others = Counter(other for row in rows for other in row["errors_beside"] + row["others_beside"])
        lines.append(f"| {name} | {len(rows)} | {sum(row['named'] for row in rows)} |" + "".join(f" {others[other]} |" for other in beside))
    return "\n".join(lines)


def healthy_table(healthy: list[Row]) -> str:
    """The same GANs without a fault."""
    lines = ["Without a fault, in the same time:", "", "| GAN | errors | warnings | notes |", "|---|---|---|---|"]
    lines += [f"| `{row['gan']}` | " + " | ".join(", ".join(row[f"{severity}s"]) or "none" for severity in SEVERITIES) + " |" for row in healthy]
    return "\n".join(lines)


def cells_table(cells: list[Row]) -> str:
    """A line per trained cell."""
    lines = ["| variant | seed | errors | warnings | notes |", "|---|---:|---|---|---|"]
    for row in cells:
        named = {severity: [each["id"] for each in row["findings"] if each["severity"] == severity] for severity in SEVERITIES}
        lines.append(f"| `{row['variant']}` | {row['seed']} | " + " | ".join(", ".join(named[severity]) or "none" for severity in SEVERITIES) + " |")
    return "\n".join(lines)


def cost_table(cost: list[Row]) -> str:
    """A line per variant that was timed."""
    lines = [
        "| variant | training with the doctor over training without | lowest and highest pair | seconds before training |",
        "|---|---:|---:|---:|",
    ]
    for row in cost:
        lines.append(f"| `{row['variant']}` | {row['ratio']:.3f} | {row['lowest']:.3f}, {row['highest']:.3f} | {row['seconds_before']:.1f} |")
    return "\n".join(lines)


def failure_mode(rule: Rule, results: Row, pictures: set[str], scripts: Sequence[Row]) -> str:
    """One rule: what it finds, a picture, why it is a problem, how to fix it, in which GANs it was found where it had to be."""
    lines = [f"### {rule.id}", f"*{rule.severity}.* {inspect.cleandoc(rule.check.__doc__ or '')}"]
    if rule.id in pictures:
        lines.append(f"![{rule.id.replace('_', ' ')}]({PICTURES.relative_to('docs')}/{rule.id}.png)\n\n{_pictured(rule.id, results)}")
    if rule.id in FROM_SCRIPTS:
        lines.append(FOUND_IN_SCRIPTS)
    lines += [f"Why it is a problem: {rule.why}", f"How to fix it: {rule.fix}{_settings(rule)}"]
    if effect := effect_text(rule.id, effects()):
        lines.append(effect)
    return "\n\n".join([*lines, f"How it is verified: {verified(rule.id, results, scripts)}", f"Reference: {rule.reference}."])


def verified(finding: str, results: Row, scripts: Sequence[Row]) -> str:
    """In which faulty GANs a finding had to be named and was, and which of them missed it."""
    put = [row for row in results["faults"] if row["expected"] == finding]
    parts = [f"{row['fault']} in `{row['gan']}`{'' if row['named'] else ' (not found)'}" for row in put]
    found = [row for row in scripts if row["verdict"] == "named" and finding in _counted(row) and finding in row["expected"]["named_by"]]
    parts += [f"`{row['script']}` of the {row['set']} scripts" for row in found]
    parts += [f"the trained cell `{row['cell']}`" for row in results["cells"] if not parts and finding in {each["id"] for each in row["findings"]}][
        :1
    ]
    return ("found in " + "; ".join(parts) if parts else "by the tests of its rule; no GAN of the benchmark has shown it") + "."


def _counted(row: Row) -> set[str]:
    return {each["id"] for each in row["findings"] if each["severity"] != "note"}


def _settings(rule: Rule) -> str:
    parts = [f"{key}: {_value(value)}" for key, value in rule.settings.items()]
    others = [", ".join(f"{key}: {_value(value)}" for key, value in fix.items()) for fix in rule.otherwise]
    text = f" In params.yaml: `{', '.join(parts)}`{_ranges(rule)}." if parts else ""
    return text + (f" If that does not help: {', or '.join(f'`{other}`' for other in others)}." if others else "")


def _ranges(rule: Rule) -> str:
    """From where the values may be taken, where the rule's own is one of a range."""
    known = {key: [value for value in RANGES[key] if not isinstance(value, Times)] for key in rule.settings if key in RANGES}
    parts = [f"{key} {min(values)} to {max(values)}" for key, values in known.items() if values]
    return f" (worth trying: {', '.join(parts)})" if parts else ""


def _value(value: Setting | Times) -> str:
    if isinstance(value, Times):
        return f"{value.factor:g} times as much as now"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pictured(finding: str, results: dict[str, Any]) -> str:
    for row in results["faults"]:
        if row["expected"] == finding:
            return f"Picture: {row['fault']}, `{row['gan']}`, after the suite's short training."
    cell = next(row for row in results["cells"] if any(each["id"] == finding for each in row["findings"]))
    return f"Picture: `{cell['variant']}`, seed {cell['seed']}, at its end."
