"""A colour for each run. MLflow draws one by the run's id, so that two of a few runs often look the same in a chart."""

from collections import Counter

from mlflow import MlflowClient
from mlflow.entities import Experiment

from pipeline.tracking.ui.view import CELLS

TAG = "mlflow.runColor"  # MLflow's own, in which its UI keeps a colour
# Distinguishable for most colour-blind readers: the first six are those of Okabe and Ito.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7b4fa3", "#8c564b", "#1f272d", "#7f7f7f")


def colour_runs(client: MlflowClient, experiment: Experiment) -> None:
    """Give each run without a colour, the oldest first, one of those that the fewest others have."""
    cells = client.search_runs([experiment.experiment_id], CELLS, order_by=["attributes.start_time ASC"])
    used = Counter(run.data.tags.get(TAG) for run in cells)
    for run in cells:
        if TAG not in run.data.tags:
            colour = min(COLOURS, key=lambda each: used[each])
            used[colour] += 1
            client.set_tag(run.info.run_id, TAG, colour)
