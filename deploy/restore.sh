#!/usr/bin/env bash
# Restore a folder that back-up.sh made into an empty database and an empty place for artifacts; accounts come with the database.
set -euo pipefail
. "$(dirname "$0")/settings.bash"
needs "${DATABASE[@]}" MLFLOW_ARTIFACTS_DESTINATION
[ $# = 1 ] && [ -f "$1/database.dump" ] || fail "restore.sh: expected a folder that back-up.sh made, received '${*:-nothing}'"
reaches_database
tables=$(psql --no-psqlrc --no-password --tuples-only --no-align --command "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
[ "$tables" = 0 ] || fail "database $PGDATABASE: expected an empty one, received $tables tables; name another as PGDATABASE, and run make-database.sh"

python "$here/artifacts.py" "$1/artifacts" "$MLFLOW_ARTIFACTS_DESTINATION"
pg_restore --no-password --no-owner --exit-on-error --single-transaction --dbname "$PGDATABASE" "$1/database.dump"
