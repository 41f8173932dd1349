"""The leaderboard and the report in a run of their own; a module of its own, because it needs no TensorFlow."""

from pathlib import Path

from pipeline.files.cells import outputs_hash
from pipeline.settings.params import Settings
from pipeline.tracking.run import EVALUATION, Run, search, subject
from pipeline.tracking.store import COMPARISONS, connect


def record_comparison(settings: Settings, leaderboard: Path, report: Path) -> bool:
    """Record both, once per content. False if the store failed."""
    run = Run()
    try:
        client, experiment_id = connect(COMPARISONS)
        content = outputs_hash([leaderboard, report])
        found = search(client, experiment_id, key=content)
        if any(EVALUATION in each.data.tags for each in found):
            return True
        for each in found:  # it was cut off
            client.delete_run(each.info.run_id)
        named = {"run.variants": settings.run.variants, "run.seeds": settings.run.seeds, "compare.baseline": settings.compare.baseline}
        run = Run.create(client, experiment_id, settings.download.source, subject(settings, content, named))
    except Exception as error:
        run.fail(error)
        return False
    run.file(leaderboard)
    run.file(report)
    run.tags({EVALUATION: content})
    run.finish()
    return not run.failed
