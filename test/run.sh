#!/bin/sh
# Installs what is missing, says so, then checks types, style, the API description and every test.
set -eu
cd "$(dirname "$0")/.."

say () { printf '== %s\n' "$*"; }

if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say 'installing the npm packages of package-lock.json'
  npm ci --no-audit --no-fund
fi

if [ -n "${REDIS_URL:-}" ]; then
  say 'the tests use the Redis of REDIS_URL'
elif command -v redis-server > /dev/null 2>&1; then
  say "the tests start $(command -v redis-server)"
elif [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null 2>&1; then
  say 'installing the Debian package redis-server for the tests'
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server > /dev/null
else
  say 'the tests need a Redis: install redis-server (Debian: apt-get install redis-server) or set REDIS_URL'
  exit 1
fi

if command -v nginx > /dev/null 2>&1; then
  say "the tests start $(command -v nginx)"
elif [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null 2>&1; then
  say 'installing the Debian package nginx-light for the tests'
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light > /dev/null
else
  say 'without nginx its tests are skipped; Debian: apt-get install nginx-light'
fi

say 'types'
npm run --silent types
say 'style'
npm run --silent lint
say 'build'
npm run --silent build
say 'API description'
npm run --silent drift
say 'tests'
npm run --silent unit
say 'coverage'
npm run --silent coverage
