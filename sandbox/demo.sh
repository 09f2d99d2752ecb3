#!/bin/sh
# Installs what is missing, then starts the simulated providers and the gateway in front of them.
set -eu
cd "$(dirname "$0")/.."

if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo 'Installing the npm packages of package-lock.json ...'
  npm ci --no-audit --no-fund --loglevel=error
fi
PATH="$PWD/node_modules/.bin:$PATH"
exec node sandbox/demo.ts
