#!/bin/sh
# Makes what must not be in a repository: a CA, the certificate of the NATS servers, the passwords. What is there already is kept.
# usage: make-secrets.sh HOST
#   HOST    the name or address by which gateways reach the NATS servers: it stands in the certificate
# Results: secrets/ca.crt (copy it to every gateway) and .env, which compose.yml reads.
set -eu
umask 077

if [ $# -ne 1 ]; then
  sed -n 's/^# //p' "$0" | sed -n 2,3p >&2
  exit 2
fi
host=$1
command -v openssl >/dev/null || { echo "openssl is missing" >&2; exit 1; }

mkdir -p "$(dirname "$0")/secrets"
cd "$(dirname "$0")/secrets"

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

if [ ! -f ca.crt ]; then
  key ca.key
  printf '%s\n' '[req]' distinguished_name=dn x509_extensions=ca '[dn]' \
    '[ca]' basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign subjectKeyIdentifier=hash >ca.cnf
  openssl req -x509 -config ca.cnf -new -key ca.key -subj "/CN=ingest CA" -days 3650 -out ca.crt
  rm ca.cnf
fi

if [ ! -f server.crt ]; then
  kind=DNS
  case $host in *:* | *.*.*.*[0-9]) case $host in *[!0-9a-fA-F:.]*) ;; *) kind=IP ;; esac ;; esac
  key server.key
  # The ingest hosts call the servers by the names of compose.yml.
  printf '%s\n' "subjectAltName=$kind:$host,DNS:nats-1,DNS:nats-2,DNS:nats-3" extendedKeyUsage=serverAuth authorityKeyIdentifier=keyid >server.ext
  openssl req -new -key server.key -subj "/CN=$host" -out server.csr
  openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 825 -extfile server.ext -out server.crt
  rm server.csr server.ext
fi

if [ ! -f ../.env ]; then
  for name in NATS_GATEWAY_PASSWORD NATS_INGEST_PASSWORD NATS_ADMIN_PASSWORD DB_PASSWORD POSTGRES_PASSWORD; do
    printf '%s=p%s\n' "$name" "$(openssl rand -hex 16)"
  done >../.env
fi

# The ingest hosts run as a user of their own, which reads the CA; the image of nats runs as root.
chmod 755 .
chmod 644 ca.crt
