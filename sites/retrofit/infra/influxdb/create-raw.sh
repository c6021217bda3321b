#!/bin/sh
# Creates the bucket of what telegraf writes, and the task that makes a point a minute of it. The image runs it once, after it has
# created the organization and the bucket "processo" (30 days).
set -eu
influx bucket create --org "$DOCKER_INFLUXDB_INIT_ORG" --name processo_raw --retention 7d
influx task create --org "$DOCKER_INFLUXDB_INIT_ORG" --file /etc/retrofit/processo_1m.flux
