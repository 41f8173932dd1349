"""When a run counts: once it is complete. Then, and not before, it takes the place of what a dead process left half done."""

from collections.abc import Callable

from mlflow.entities import Run as MlflowRun

from pipeline.tracking.ownership import OWNER, PROCESS, is_at_work
from pipeline.tracking.run import Run, search
from pipeline.tracking.store import one_at_a_time, own_tag


def publish(run: Run, key: str, mark: str, content: str, equal: Callable[[MlflowRun], bool] = lambda _: True) -> MlflowRun:
    """Mark a run as complete, unless one with this content is on record: then that one stays, and this one is removed.

    Args:
        run: A run of which everything is recorded, its end too.
        key: Its tag `pipeline.key`.
        mark: The tag of a complete run.
        content: The hash of what is recorded, the value of that tag.
        equal: Which runs with the same content are equal to this one; all of them by default.

    Returns:
        The run that stays.
    """
    client, run_id = run.place()
    own = client.get_run(run_id)
    with one_at_a_time():
        others = [found for found in search(client, own.info.experiment_id, key=key) if found.info.run_id != run_id]
        same = [found for found in others if found.data.tags.get(mark) == content and equal(found)]
        if same:
            client.delete_run(run_id)
        else:
            client.set_tag(run_id, mark, content)
        for found in others:
            if is_left_half_done(found, mark):
                client.delete_run(found.info.run_id)
    return same[0] if same else own


def is_left_half_done(run: MlflowRun, mark: str) -> bool:
    """Whether a run of this project was not completed, and nothing works at it any more."""
    tags = run.data.tags
    return mark not in tags and is_own(run) and not is_at_work(tags.get(PROCESS, ""))


def is_own(run: MlflowRun) -> bool:
    """Whether this project made a run; those of others are never removed."""
    return run.data.tags.get(OWNER) == own_tag()
