#!/bin/sh
# Installs what is missing, then starts the simulated providers and the gateway in front of them.
set -eu
cd "$(dirname "$0")/.."

if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo 'Installing the npm packages of package-lock.json ...'
  npm ci --no-audit --no-fund --loglevel=error
fi
PATH="$PWD/node_modules/.bin:$PATH"
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 24 ? 1 : 0)'; then
  echo "Node 24 or newer is needed, and this is $(node --version); install Node 24 LTS" >&2
  exit 1
fi
exec node sandbox/demo.ts
