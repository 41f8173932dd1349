"""Report the cells of the project in this folder as the stages do, without training: python -m benchmarks.team.writer GENERATOR SECONDS [rebuild].

GENERATOR is the folder of a logged model, whose bytes every cell logs; SECONDS passes between two epochs. A line on standard input begins the work;
what came of each cell is a line of JSON. With `rebuild` it records from the files what the store lacks, as `python -m pipeline.tracking` does.
"""

import json
import sys
import time
from pathlib import Path
from unittest.mock import patch

import mlflow
from mlflow.entities import LoggedModelOutput, LoggedModelStatus

from benchmarks.team.projects import parts
from pipeline.files.cells import HISTORY, Cell, History, read_sheets
from pipeline.files.json_file import read_json
from pipeline.settings.params import Settings, load_settings
from pipeline.tracking import __main__ as command
from pipeline.tracking import cells
from pipeline.tracking.cells import record_epoch, record_sheet, training_run
from pipeline.tracking.diagnosis import record_diagnosis
from pipeline.tracking.scores import record_evaluation
from pipeline.tracking.store import REQUESTS


def log_ready(run_id: str, *_: object) -> str:
    """Log the bytes of GENERATOR as the run's model, in place of the generator's own, which takes TensorFlow a second."""
    client = mlflow.MlflowClient()
    run = client.get_run(run_id)
    made = client.create_logged_model(run.info.experiment_id, name="generator", source_run_id=run_id, params=run.data.params, model_type=REQUESTS)
    client.log_model_artifacts(made.model_id, sys.argv[1])
    client.finalize_logged_model(made.model_id, LoggedModelStatus.READY)
    client.log_outputs(run_id, [LoggedModelOutput(made.model_id, 0)])
    return str(made.model_id)


def report(settings: Settings, cell: Cell, pause: float) -> bool:
    """One cell from the start of its training to its diagnosis; False if something was not recorded then."""
    gan, evaluation, diagnosis = parts(cell)
    sheets, began = read_sheets(gan), time.time()
    with training_run(settings, cell, gan) as run:
        record_sheet(run, 0, sheets[0], cell.name)
        for row in read_json(gan / HISTORY, History)["epochs"]:
            time.sleep(pause)
            record_epoch(run, row, pause)
            record_sheet(run, row["epoch"], sheets[row["epoch"]], cell.name)
    return record_evaluation(settings, cell, gan, evaluation, began) and record_diagnosis(settings, cell, gan, evaluation, diagnosis)


def main() -> None:
    """Report all cells of params.yaml, or rebuild what is missing of them."""
    settings = load_settings()
    print("ready", flush=True)
    sys.stdin.readline()
    for cell in (Cell(variant, seed) for variant in settings.run.variants for seed in settings.run.seeds):
        began = time.perf_counter()
        with patch.object(cells, "log_generator", log_ready):
            recorded = command._record_cell(settings, cell, *parts(cell)) if sys.argv[3:] else report(settings, cell, float(sys.argv[2]))
        print(json.dumps({"cell": cell.name, "seconds": round(time.perf_counter() - began, 2), "recorded": recorded}), flush=True)


if __name__ == "__main__":
    Path(sys.argv[1]).resolve(strict=True)
    main()
