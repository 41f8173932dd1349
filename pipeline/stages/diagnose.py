"""Diagnose one cell: reads the evidence that its training recorded and its scores, writes what is wrong with it and how to fix it.

It is separate from training and needs no TensorFlow, so a changed rule trains no GAN again.
"""

import sys
from pathlib import Path
from typing import NamedTuple

from pipeline.doctor.diagnosis.diagnose import diagnose as check_rules
from pipeline.doctor.diagnosis.summary import print_findings
from pipeline.evaluation.files import CURVES, SCORES, CellScores, Curves
from pipeline.files.artifacts import write_json
from pipeline.files.cells import EVIDENCE, Cell, Evidence
from pipeline.files.errors import one_line_errors
from pipeline.files.json_file import read_json
from pipeline.files.owner import owner
from pipeline.integrity.inputs import check_inputs
from pipeline.settings.params import Settings, load_settings
from pipeline.terminal.closing import closing
from pipeline.tracking.diagnosis import record_diagnosis


class Paths(NamedTuple):
    """The folders of a trained and evaluated cell, which are read, and the file that is written."""

    gan: Path
    evaluation: Path
    diagnosis: Path


def diagnose(paths: Paths, settings: Settings, cell: Cell) -> None:
    """Check the doctor's rules on the evidence and the scores of a cell; write and print the findings."""
    scores = read_json(paths.evaluation / SCORES, CellScores)
    evaluation = {"scores": scores["scores"], "real_reference": scores["real_reference"], "curves": read_json(paths.evaluation / CURVES, Curves)}
    findings = check_rules(read_json(paths.gan / EVIDENCE, Evidence) | evaluation, cell.variant, settings.gan[cell.variant].model_dump())
    write_json(paths.diagnosis, {"findings": [finding.row() for finding in findings]})
    print_findings(cell.name, findings)
    closing(f"wrote {paths.diagnosis} (findings: {len(findings)})", "dvc repro compare")


if __name__ == "__main__":
    with one_line_errors():
        (variant, seed, *names), settings = sys.argv[1:], load_settings()
        paths, cell = Paths(*map(Path, names)), Cell.of(variant, seed)
        with owner("diagnose", cell.name):
            check_inputs(paths.gan / EVIDENCE, *(paths.evaluation / name for name in (SCORES, CURVES)))
            diagnose(paths, settings, cell)
            record_diagnosis(settings, cell, paths.gan, paths.evaluation, paths.diagnosis)
