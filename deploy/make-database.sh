#!/usr/bin/env bash
# Make the server's database and its user in a PostgreSQL 14 or newer, as its administrator; run again, it sets the password of .env.
# Arguments go to psql, which by default asks the PostgreSQL of this machine: --host and --username of another.
set -euo pipefail
. "$(dirname "$0")/settings.bash"
needs PGDATABASE PGUSER PGPASSWORD

env --unset PGHOST --unset PGUSER --unset PGPASSWORD --unset PGDATABASE OWNER="$PGUSER" SECRET="$PGPASSWORD" NAME="$PGDATABASE" \
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username postgres --dbname postgres "$@" <<'END'
\getenv owner OWNER
\getenv secret SECRET
\getenv name NAME
SELECT format('CREATE ROLE %I LOGIN', :'owner') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec
ALTER ROLE :"owner" PASSWORD :'secret';
SELECT format('CREATE DATABASE %I OWNER %I ENCODING ''UTF8'' TEMPLATE template0', :'name', :'owner')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
END
