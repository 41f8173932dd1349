#!/usr/bin/env bash
# Make MLflow's tables, or bring them to the version of the installed MLflow; before the first start and after every upgrade.
set -euo pipefail
. "$(dirname "$0")/settings.bash"
needs "${DATABASE[@]}"
reaches_database
exec python -W ignore "$here/tables.py" migrate
