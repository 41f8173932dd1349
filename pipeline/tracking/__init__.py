"""MLflow, live while a stage runs and rebuilt from its files afterwards; no other folder imports it.

background.py  the thread beside a stage that records, and how long the stage waits for it
quiet.py       silence of the libraries beneath MLflow
store.py       where runs are kept
database.py    a store that is an SQLite file: made whole or not at all, and checked before it is used
moved.py       the project's own store after its folder was moved or copied
run.py         one run as a write-only sink, and the tags that identify it
publish.py     when a run counts, and takes the place of what a dead process left half done
ownership.py   which project and process a run belongs to
origin.py      where and how a run was started
changes.py     what differs from git's commit
datasets.py    the splits of the data as inputs of a run
machine.py     device, library versions and system metrics, while a training runs
cells.py       a cell's run while it trains
scores.py      its scores, and a missing run from the files
diagnosis.py   the doctor's findings in it
description.py what a reader sees first of it
sections.py    the parts of descriptions
generator.py   a cell's generator as a model
variants.py    the parent of a variant's cells
comparison.py  the leaderboard and the report
classifier.py  the run of the digit classifier
repair.py      a repair and its steps
ui/            `python -m pipeline.tracking.ui` shows the runs in MLflow's UI, with the columns and charts that matter
__main__.py    `python -m pipeline.tracking` records every run that is missing
"""

import logging
import os

from pipeline.files.starting import guard_imports

guard_imports()  # MLflow and TensorFlow take seconds
# Before MLflow is imported, which reads them then.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")  # a dead server must not hold up training:
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")  # MLflow's own seconds and retries add up to minutes
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")  # between the lines of a stage
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")  # a bar for each file of a local folder
for chatty in ("alembic", "mlflow.store.db.utils", "mlflow.system_metrics", "mlflow.models.signature", "mlflow.models.flavor_backend_registry"):
    logging.getLogger(chatty).setLevel(logging.WARNING)  # of a new store, a machine without a GPU, a model with an example
