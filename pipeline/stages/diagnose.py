"""Say what ails one cell: reads the evidence that its training recorded and its scores, writes the doctor's findings.

A stage of its own, without TensorFlow, so that a changed rule trains nothing anew.
"""

import sys
from pathlib import Path

from pipeline.doctor.diagnosis.diagnose import judge
from pipeline.doctor.diagnosis.summary import tell
from pipeline.evaluation.files import CURVES, METRICS
from pipeline.files.artifacts import read_json, write_json
from pipeline.files.cells import cell_name
from pipeline.files.errors import one_line_errors
from pipeline.settings.params import Settings, load_settings
from pipeline.tracking.diagnosis import mirror_diagnosis


def diagnose(evidence: Path, evaluation: Path, diagnosis: Path, settings: Settings, variant: str, seed: int) -> None:
    """Judge the evidence of a cell together with the scores in the folder `evaluation`."""
    scores = {"scores": read_json(evaluation / METRICS), "curves": read_json(evaluation / CURVES)}
    found = judge(read_json(evidence) | scores, variant, settings.gan[variant].model_dump())
    write_json(diagnosis, {"findings": [finding._asdict() for finding in found]})
    tell(cell_name(variant, seed), found)


if __name__ == "__main__":
    with one_line_errors():
        variant, seed, *paths = sys.argv[1:]
        evidence, evaluation, diagnosis = map(Path, paths)
        settings = load_settings()
        diagnose(evidence, evaluation, diagnosis, settings, variant, int(seed))
        mirror_diagnosis(settings, variant, int(seed), evidence, diagnosis)
