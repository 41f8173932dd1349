"""The leaderboard and the report in a run of their own, and a run for each variant of it; without TensorFlow."""

from pathlib import Path

from pipeline.files.cells import outputs_hash
from pipeline.files.json_file import read_json
from pipeline.report.outputs import Leaderboard
from pipeline.settings.params import Settings
from pipeline.tracking.background import record
from pipeline.tracking.publish import publish
from pipeline.tracking.run import EVALUATION, Run, runs_by_key, search, subject
from pipeline.tracking.store import COMPARISONS, GANS, connect
from pipeline.tracking.variants import Beside, record_variant


def record_comparison(settings: Settings, leaderboard: Path, report: Path) -> bool:
    """Record all of it, once per content. False if the store failed."""
    return record(settings, lambda: _record(settings, leaderboard, report))


def _record(settings: Settings, leaderboard: Path, report: Path) -> None:
    client, gans = connect(GANS)
    board = read_json(leaderboard, Leaderboard)
    uses: dict[str, str] = {settings.evaluate.split: "evaluation"}
    beside = Beside(subject(settings, "", {}, {"train": "training"} | uses), runs_by_key(client, gans))
    for row in board["variants"]:
        record_variant(client, gans, settings, row, board, beside)
    client, experiment_id = connect(COMPARISONS)
    content = outputs_hash([leaderboard, report])
    if search(client, experiment_id, key=content, evaluation=content):
        return
    named = {"run.variants": settings.run.variants, "run.seeds": settings.run.seeds, "compare.baseline": settings.compare.baseline}
    about = subject(settings, content, named, uses)
    run = Run.create(client, experiment_id, settings.download.source, about)
    run.file(leaderboard)
    run.file(report)
    run.finish()
    publish(run, content, EVALUATION, content)
