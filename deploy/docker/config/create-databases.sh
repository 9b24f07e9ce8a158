#!/bin/bash
# Runs at the first start of Postgres: a database for each name in GAVEL_DATABASES, with an owner role of the same name.
set -euo pipefail
for name in $GAVEL_DATABASES; do
  psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set name="$name" --set password="$POSTGRES_PASSWORD" <<'SQL'
create role :"name" login password :'password';
create database :"name" owner :"name";
revoke all on database :"name" from public;
SQL
done
