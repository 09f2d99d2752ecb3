#!/bin/sh
# Installs what is missing, says so, then checks types, style, the API description and every test.
set -eu
cd "$(dirname "$0")/.."

say () { printf '== %s\n' "$*"; }

if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say 'installing the npm packages of package-lock.json'
  npm ci --no-audit --no-fund --loglevel=error
fi

# What the tests start beside Node. Without it they skip what needs it; in CI they fail.
missing=
need () { command -v "$1" > /dev/null 2>&1 || { shift; missing="$missing $*"; }; }
[ -n "${REDIS_URL:-}" ] || need redis-server redis-server
need redis-cli redis-tools
need openssl openssl
need nginx nginx-light
need zsh zsh
need fish fish
[ -n "${CHROMIUM_PATH:-}" ] || need chromium chromium fonts-dejavu-core
if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null 2>&1; then
  say "installing the Debian packages$missing for the tests"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing > /dev/null; } || say 'not all of them could be installed'
elif [ -n "$missing" ]; then
  say "for all tests install the Debian packages$missing"
fi
if [ -z "${REDIS_URL:-}" ] && ! command -v redis-server > /dev/null 2>&1; then
  say 'the tests need a Redis: install redis-server or set REDIS_URL'
  exit 1
fi

PATH="$PWD/node_modules/.bin:$PATH"
if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 24 ? 1 : 0)'; then
  echo "Node 24 or newer is needed, and this is $(node --version); install Node 24 LTS" >&2
  exit 1
fi
# As installed, tap has a TypeScript plugin that would transpile every module, and blur the coverage; package.json leaves it out.
if grep -q '@tapjs/typescript' node_modules/@tapjs/test/test-built/dist/esm/index.js; then
  say 'building tap for the plugins of package.json'
  tap build
fi
say 'types'
npm run --silent types
say 'style'
npm run --silent lint
say 'API description'
npm run --silent drift
say 'tests'
npm run --silent "${HAWSER_TESTS:-unit}"
