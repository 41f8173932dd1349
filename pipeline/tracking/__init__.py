"""MLflow, live while a stage runs and rebuilt from its files afterwards; no other folder imports it.

store.py       where runs are kept
run.py         one run as a write-only sink, and the tags that identify it
cells.py       a cell's run: its training and its scores
diagnosis.py   the doctor's findings in a cell's run
generator.py   a cell's generator as a model
classifier.py  the run of the digit classifier
comparison.py  the leaderboard and the report
__main__.py    `python -m pipeline.tracking` records every run that is missing
"""

import logging
import os

# Before MLflow is imported, which reads them then.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")  # a dead server must not hold up training:
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")  # MLflow's own seconds and retries add up to minutes
for chatty in ("alembic", "mlflow.store.db.utils"):
    logging.getLogger(chatty).setLevel(logging.WARNING)  # a new store announces dozens of migrations
