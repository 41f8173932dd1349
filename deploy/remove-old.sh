#!/usr/bin/env bash
# Remove for good what was deleted in the server more than DAYS ago: runs with their artifacts, and the generators of those runs.
# A generator that is registered as a version of a model stays. The server must run: it removes the artifacts.
set -euo pipefail
. "$(dirname "$0")/settings.bash"
needs "${DATABASE[@]}" MLFLOW_PORT MLFLOW_AUTH_ADMIN_USERNAME MLFLOW_AUTH_ADMIN_PASSWORD
[[ ${1:-} =~ ^[0-9]+$ ]] || fail "remove-old.sh: expected a number of days, received '${*:-nothing}'"
reaches_database
server=http://127.0.0.1:$MLFLOW_PORT
said=$(curl --silent --show-error --fail --config - "$server/api/2.0/mlflow/experiments/get?experiment_id=0" 2>&1 >/dev/null \
  <<<"user = \"$MLFLOW_AUTH_ADMIN_USERNAME:$MLFLOW_AUTH_ADMIN_PASSWORD\"") ||
  fail "$server: expected an answer for $MLFLOW_AUTH_ADMIN_USERNAME, received: $said; nothing was removed"

# MLflow leaves the logged models of a deleted run as they are; those of a run that may be restored stay.
psql --no-psqlrc --no-password --quiet --set ON_ERROR_STOP=1 --set days="$1" <<'END'
UPDATE logged_models SET lifecycle_stage = 'deleted', last_updated_timestamp_ms = runs.deleted_time
  FROM runs
  WHERE logged_models.lifecycle_stage = 'active' AND runs.run_uuid = logged_models.source_run_id AND runs.lifecycle_stage = 'deleted'
    AND runs.deleted_time <= extract(epoch FROM now()) * 1000 - :days * 86400000::bigint
    AND NOT EXISTS (SELECT FROM model_versions WHERE model_versions.source = 'models:/' || logged_models.model_id);
END
export MLFLOW_TRACKING_URI=$server MLFLOW_TRACKING_USERNAME=$MLFLOW_AUTH_ADMIN_USERNAME MLFLOW_TRACKING_PASSWORD=$MLFLOW_AUTH_ADMIN_PASSWORD
python -m mlflow gc --backend-store-uri "$DATABASE_URI" --older-than "$1d"
