#!/bin/sh
# Run once by the image of postgres, when its volume is empty.
set -eu
psql -X -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" -v "password=$DB_PASSWORD" -f /etc/ingest/schema.sql
