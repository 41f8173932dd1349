"""The leaderboard and the report in a run of their own, and a run for each variant of it; without TensorFlow."""

from pathlib import Path

from pipeline.files.artifacts import read_json
from pipeline.files.cells import outputs_hash
from pipeline.settings.params import Settings
from pipeline.tracking.run import EVALUATION, Run, search, subject
from pipeline.tracking.store import COMPARISONS, GANS, connect
from pipeline.tracking.variants import record_variant


def record_comparison(settings: Settings, leaderboard: Path, report: Path) -> bool:
    """Record all of it, once per content. False if the store failed."""
    run = Run()
    try:
        client, gans = connect(GANS)
        board = read_json(leaderboard)
        for row in board["variants"]:
            record_variant(client, gans, settings, row, board)
        client, experiment_id = connect(COMPARISONS)
        content = outputs_hash([leaderboard, report])
        found = search(client, experiment_id, key=content)
        if any(EVALUATION in each.data.tags for each in found):
            return True
        for each in found:  # it was cut off
            client.delete_run(each.info.run_id)
        named = {"run.variants": settings.run.variants, "run.seeds": settings.run.seeds, "compare.baseline": settings.compare.baseline}
        about = subject(settings, content, named, {settings.evaluate.split: "evaluation"})
        run = Run.create(client, experiment_id, settings.download.source, about)
    except Exception as error:
        run.fail(error)
        return False
    run.file(leaderboard)
    run.file(report)
    run.tags({EVALUATION: content})
    run.finish()
    return not run.failed
