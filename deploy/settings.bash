# What the scripts of this folder share: the settings that they need, and an error of one line. It is read by them, not run.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export DATABASE_URI=postgresql+psycopg://  # libpq's variables PGHOST, PGUSER, PGPASSWORD ... say the rest: no password in a command line
export PGCONNECT_TIMEOUT=${PGCONNECT_TIMEOUT:-10} MLFLOW_DISABLE_TELEMETRY=true
DATABASE=(PGHOST PGPORT PGDATABASE PGUSER PGPASSWORD)

fail() {
  echo "error: $*" >&2
  exit 1
}

# Refuse to go on without a value of each of these variables.
needs() {
  local name
  for name; do
    [ -n "${!name:-}" ] || fail "$name: expected a value in the environment, received none; deploy/.env has it (deploy/new-settings.sh makes that file), \`set -a; . deploy/.env; set +a\` sets it"
  done
}

# Refuse to go on where PostgreSQL does not answer.
reaches_database() {
  local said
  said=$(psql --no-psqlrc --no-password --tuples-only --command 'SELECT 1' 2>&1) ||
    fail "PostgreSQL: expected an answer from $PGHOST:$PGPORT for $PGUSER in $PGDATABASE, received: $(tr -s '\n\t ' ' ' <<<"$said"); start it, or correct deploy/.env"
}
