"""MLflow, live while a stage runs and rebuilt from its files afterwards; no other module knows it.

`store` says where runs are kept, `run` is the write-only sink, `mirror` writes a cell or the classifier into it.
`python -m pipeline.tracking` records every run that is missing.
"""

import logging
import os

# Before MLflow is imported, which reads them then.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")  # a dead server must not hold up training:
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")  # MLflow's own seconds and retries add up to minutes
for chatty in ("alembic", "mlflow.store.db.utils"):
    logging.getLogger(chatty).setLevel(logging.WARNING)  # a new store announces dozens of migrations
