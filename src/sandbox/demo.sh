#!/bin/sh
# Installs and builds what is missing, then starts the simulated providers and the gateway before them.
set -eu
cd "$(dirname "$0")/../.."

if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo 'Installing the npm packages of package-lock.json ...'
  npm ci --no-audit --no-fund --loglevel=error
fi
echo 'Building ...'
npm run --silent build
exec node dist/src/sandbox/demo.js
