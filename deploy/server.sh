#!/usr/bin/env bash
# Start MLflow's server with passwords, on tables that migrate.sh has made; Ctrl-C or TERM ends it.
set -euo pipefail
. "$(dirname "$0")/settings.bash"
needs "${DATABASE[@]}" MLFLOW_AUTH_ADMIN_USERNAME MLFLOW_AUTH_ADMIN_PASSWORD MLFLOW_FLASK_SERVER_SECRET_KEY MLFLOW_HOST MLFLOW_PORT \
  MLFLOW_SERVER_ALLOWED_HOSTS MLFLOW_SERVER_CORS_ALLOWED_ORIGINS MLFLOW_ARTIFACTS_DESTINATION MLFLOW_WORKERS MLFLOW_SQLALCHEMYSTORE_POOL_SIZE \
  MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW
reaches_database
python "$here/tables.py" check

export MLFLOW_BACKEND_STORE_URI=$DATABASE_URI MLFLOW_AUTH_CONFIG_PATH=$here/accounts.ini
export MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false  # jobs are for language models, and have processes of their own
exec python -m mlflow server --app-name basic-auth
