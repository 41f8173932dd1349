#!/usr/bin/env bash
# Make an account on the running server, with a new password, which is printed once.
set -euo pipefail
. "$(dirname "$0")/settings.bash"
needs MLFLOW_PORT MLFLOW_AUTH_ADMIN_USERNAME MLFLOW_AUTH_ADMIN_PASSWORD
[[ ${1:-} =~ ^[A-Za-z0-9._-]+$ ]] || fail "add-user.sh: expected a name of letters, digits, '.', '_' or '-', received '${*:-nothing}'"
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

said=$(curl --silent --show-error --fail-with-body --config - --header 'Content-Type: application/json' \
  --data "{\"username\": \"$1\", \"password\": \"$password\"}" "http://127.0.0.1:$MLFLOW_PORT/api/2.0/mlflow/users/create" 2>&1 \
  <<<"user = \"$MLFLOW_AUTH_ADMIN_USERNAME:$MLFLOW_AUTH_ADMIN_PASSWORD\"") ||
  fail "the server on port $MLFLOW_PORT: expected a new account $1, received: $(tr -s '\n\t ' ' ' <<<"$said")"
printf 'export MLFLOW_TRACKING_USERNAME=%s MLFLOW_TRACKING_PASSWORD=%s\n' "$1" "$password"
