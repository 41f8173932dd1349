#!/usr/bin/env bash
# Copy the database, then the artifacts, into a new folder, while the server runs: every run in the copy has its artifacts.
set -euo pipefail
. "$(dirname "$0")/settings.bash"
needs "${DATABASE[@]}" MLFLOW_ARTIFACTS_DESTINATION
[ $# = 1 ] || fail "back-up.sh: expected the name of one folder, received $# words"
[ ! -e "$1" ] && [ ! -e "$1.partial" ] || fail "$1: expected a name that is free, and $1.partial too; a back-up is never written over"
reaches_database

umask 077
mkdir -p -- "$1.partial"
pg_dump --no-password --format=custom --file="$1.partial/database.dump"
python "$here/artifacts.py" "$MLFLOW_ARTIFACTS_DESTINATION" "$1.partial/artifacts"
mv -- "$1.partial" "$1"
