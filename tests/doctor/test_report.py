"""The report as text and as JSON."""

import json
import re
from typing import Any

import pytest

from pipeline.doctor.diagnosis.findings import Finding
from pipeline.doctor.report import Report, counts_text, report_json, report_text

FINDING = Finding("double_activation", "error", {"outputs_reach": [0.0, 1.0]}, "It hurts.", "Fix it. " * 30, "Somebody 2014", "src/gan.py:42")
NOTE = FINDING._replace(id="one_sided_range", severity="note", where="")
NETWORKS = [
    {"name": "generator", "role": "generator", "model": "sequential", "updated": True, "optimizer": "Adam"},
    {"name": "D", "role": "discriminator", "model": "sequential_1", "updated": False, "optimizer": None, "variables": 12},
    {"name": "encoder", "role": "other", "updated": True},
]
LOSSES: list[dict[str, Any]] = [
    {"pair": "G against D: ", "family": "logistic", "discriminator": 1.2, "discriminator_band": [0.6, 1.4], "sentence": "logistic. It is fine. " * 6},
    {"pair": "F against D: ", "family": None, "discriminator": None, "discriminator_band": None, "sentence": "not known"},
]
REPORT = Report(
    [FINDING, NOTE],
    ["samples reach the loss", "one word and another, " * 10],
    {"images": "no batch was seen", "long": "because " * 30},
    NETWORKS,
    LOSSES,
)


def test_networks_losses_findings_what_holds_and_what_was_not_checked_come_in_this_order() -> None:
    paragraphs = report_text(REPORT, colour=False).split("\n\n")
    assert [paragraph.splitlines()[0] for paragraph in paragraphs] == ["Networks:", "Losses:", "Findings:", "Checked, and it holds:", "Not checked:"]
    networks, losses, findings, checked, not_checked = ("\n".join(paragraph.splitlines()[1:]) for paragraph in paragraphs)
    assert networks.splitlines() == [
        "  generator          sequential, updated by Adam",
        "  D (discriminator)  sequential_1, not updated, variables 12",
        "  encoder (other)    updated",
    ]
    assert losses.splitlines()[0].startswith("  G against D: logistic. It is fine.")
    assert losses.splitlines()[-1] == "  F against D: not known"
    assert findings.startswith("  error  double activation  src/gan.py:42  (outputs reach 0, 1)\n         It hurts. Fix it.")
    assert "\n  note  one sided range  (outputs reach 0, 1)\n" in findings
    assert checked.startswith("  ok  samples reach the loss\n  ok  one word")
    assert not_checked.startswith("  images: no batch was seen\n  long: because")


def test_lines_are_short_and_what_was_wrapped_stands_below_its_first_word() -> None:
    long = FINDING._replace(evidence={"variables": [f"dense_{number}/kernel" for number in range(30)]})
    network = {"name": "generator", "role": "generator", "layers": [f"dense_{number}" for number in range(30)]}
    lines = report_text(REPORT._replace(findings=[long], networks=[network]), colour=False).splitlines()
    assert max(map(len, lines)) <= 110
    continued = [line for line in lines if line.startswith("    ")]
    assert {len(line) - len(line.lstrip()) for line in continued} == {13, 9, 6, 4}  # networks, findings, what holds, what was not checked
    name = "a_folder/" * 15 + "gan.py:42"  # longer than a line, but to be clicked on
    assert name in report_text(REPORT._replace(findings=[FINDING._replace(where=name)]), colour=False)


def test_colour_changes_no_word() -> None:
    coloured = report_text(REPORT, colour=True)
    assert {"\x1b[1;31merror\x1b[0m", "\x1b[1;36mnote\x1b[0m", "\x1b[1;32mok\x1b[0m"} <= set(re.findall(r"\x1b\[1;\d+m\w+\x1b\[0m", coloured))
    assert re.sub(r"\x1b\[[\d;]+m", "", coloured) == report_text(REPORT, colour=False) == str(REPORT)


@pytest.mark.parametrize(
    ("checked", "not_checked", "line"),
    [
        (["samples reach the loss"], {}, "Findings: nothing found"),
        (["samples reach the loss"], {"losses": "not followed"}, "Findings: none in what was checked"),
        ([], {"losses": "not followed"}, "Findings: none, because nothing could be checked"),
    ],
)
def test_nothing_found_is_said_only_where_everything_was_checked(checked: list[str], not_checked: dict[str, str], line: str) -> None:
    text = str(Report([], checked, not_checked, [], []))
    assert line in text.splitlines()
    assert "Networks" not in text
    assert ("it holds" in text) == bool(checked)


def test_counts_are_of_each_severity() -> None:
    assert counts_text([FINDING, NOTE, NOTE, FINDING._replace(severity="warning")]) == "1 error, 1 warning, 2 notes"
    assert counts_text([]) == "nothing found"


def test_json_is_the_same_bytes_for_the_same_report_and_holds_all_of_it() -> None:
    other = REPORT._replace(networks=[dict(reversed(network.items())) for network in NETWORKS])
    text = report_json(REPORT)
    assert text == report_json(other)
    assert text.endswith("\n}\n")
    content = json.loads(text)
    assert list(content) == sorted(content) == ["checked", "findings", "losses", "networks", "not_checked"]
    assert [Finding(**row) for row in content["findings"]] == REPORT.findings
    assert Report(**content | {"findings": REPORT.findings}) == REPORT


def test_numbers_that_json_lacks_become_null() -> None:
    content = json.loads(report_json(Report([FINDING._replace(evidence={"loss": float("nan"), "reach": [1.0, float("inf")]})], [], {}, [], [])))
    assert content["findings"][0]["evidence"] == {"loss": None, "reach": [1.0, None]}
