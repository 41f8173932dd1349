"""The leaderboard and the report in a run of their own; apart from the other runs, for it needs no TensorFlow."""

from pathlib import Path

from pipeline.files.artifacts import file_hash
from pipeline.settings.params import Settings
from pipeline.tracking.run import EVALUATION, Subject, subject, tracked_run

COMPARISONS = "comparison"  # MLflow's experiment


def mirror_comparison(settings: Settings, leaderboard: Path, report: Path) -> None:
    """Record both, once per content."""

    def compared() -> Subject:
        named = {"run.variants": settings.run.variants, "run.seeds": settings.run.seeds, "compare.baseline": settings.compare.baseline}
        return subject(settings, file_hash(report, "sha256"), named)

    with tracked_run(COMPARISONS, settings.download.source, EVALUATION, compared) as run:
        run.file(leaderboard)
        run.file(report)
