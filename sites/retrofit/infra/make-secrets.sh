#!/bin/sh
# Makes what must not be in a repository: a CA, the broker's certificate, the users' passwords. What is there already is kept.
# usage: make-secrets.sh HOST
#   HOST    the name or address by which gateways reach the broker: it stands in the certificate
# Results: secrets/ca.crt (copy it to every gateway), secrets/edge_agent.password, and what compose.yml and mosquitto.conf name.
set -eu
umask 077

if [ $# -ne 1 ]; then
  sed -n 's/^# //p' "$0" | sed -n 2,3p >&2
  exit 2
fi
host=$1
for program in openssl mosquitto_passwd; do
  command -v $program >/dev/null || { echo "$program is missing: install openssl and mosquitto" >&2; exit 1; }
done

mkdir -p "$(dirname "$0")/secrets"
cd "$(dirname "$0")/secrets"

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

if [ ! -f ca.crt ]; then
  key ca.key
  printf '%s\n' '[req]' distinguished_name=dn x509_extensions=ca '[dn]' \
    '[ca]' basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign subjectKeyIdentifier=hash >ca.cnf
  openssl req -x509 -config ca.cnf -new -key ca.key -subj "/CN=retrofit CA" -days 3650 -out ca.crt
  rm ca.cnf
fi

if [ ! -f server.crt ]; then
  kind=DNS
  case $host in *:* | *.*.*.*[0-9]) case $host in *[!0-9a-fA-F:.]*) ;; *) kind=IP ;; esac ;; esac
  key server.key
  # telegraf, beside the broker, calls it mosquitto.
  printf '%s\n' "subjectAltName=$kind:$host,DNS:mosquitto" extendedKeyUsage=serverAuth authorityKeyIdentifier=keyid >server.ext
  openssl req -new -key server.key -subj "/CN=$host" -out server.csr
  openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 825 -extfile server.ext -out server.crt
  rm server.csr server.ext
fi

touch passwd
for user in telegraf edge_agent; do
  if grep -q "^$user:" passwd; then continue; fi
  openssl rand -hex 16 >"$user.password"
  printf '%s:%s\n' "$user" "$(cat "$user.password")" >new
  mosquitto_passwd -U new
  cat new >>passwd
  rm new
done

if [ ! -f ../.env ]; then
  printf 'TELEGRAF_MQTT_PASSWORD=%s\nINFLUX_PASSWORD=%s\nINFLUX_TOKEN=%s\nGRAFANA_PASSWORD=%s\n' \
    "$(cat telegraf.password)" "$(openssl rand -hex 16)" "$(openssl rand -hex 32)" "$(openssl rand -hex 16)" >../.env
fi

# The images of mosquitto and telegraf run as users of their own, which read these files and nothing else.
chmod 755 .
chmod 644 ca.crt
if ! chown 1883:1883 server.key server.crt passwd 2>/dev/null; then
  echo "not root: for compose, run 'sudo chown 1883:1883 server.key server.crt passwd' in $(pwd)" >&2
fi
