#!/usr/bin/env bash
# Write deploy/.env: every setting of a team's server, with new passwords. The argument is the address that the team will type.
set -euo pipefail
. "$(dirname "$0")/settings.bash"

[[ ${1:-} =~ ^https?://([A-Za-z0-9.-]+(:[0-9]+)?)$ ]] ||
  fail "new-settings.sh: expected an address such as https://mlflow.example.org, received '${*:-nothing}'; the path is left out"
host=${BASH_REMATCH[1]}
[ ! -e "$here/.env" ] || fail "$here/.env: expected no such file, it is there; its passwords are those of the database, so edit it, or move it away"
secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

umask 077
cat >"$here/.env" <<END
# The database, in the names of libpq.
PGHOST=127.0.0.1
PGPORT=5432
PGDATABASE=mlflow
PGUSER=mlflow
PGPASSWORD=$(secret)
# Of PostgreSQL's own administrator; only compose.yaml needs it.
POSTGRES_PASSWORD=$(secret)
# The first user of the server; the password counts until it is changed in the server.
MLFLOW_AUTH_ADMIN_USERNAME=admin
MLFLOW_AUTH_ADMIN_PASSWORD=$(secret)
MLFLOW_FLASK_SERVER_SECRET_KEY=$(secret)
# Where it listens, and under which names it answers.
MLFLOW_HOST=127.0.0.1
MLFLOW_PORT=5000
MLFLOW_SERVER_ALLOWED_HOSTS=$host,127.0.0.1:*
MLFLOW_SERVER_CORS_ALLOWED_ORIGINS=$1
# A folder of the server's machine, or s3://BUCKET/FOLDER with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, outside of AWS, MLFLOW_S3_ENDPOINT_URL.
MLFLOW_ARTIFACTS_DESTINATION=/srv/mlflow/artifacts
# Connections to PostgreSQL: (4 workers x 3 pools + 1) x (2 + 4) are at most 78, and PostgreSQL allows 97.
MLFLOW_WORKERS=4
MLFLOW_SQLALCHEMYSTORE_POOL_SIZE=2
MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW=4
END
echo "$here/.env"
