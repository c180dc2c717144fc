#!/usr/bin/env bash
# Installs each named set of npm packages into the cache and prints one folder per set, in order; node_modules is in it.
#   scripts/fetch-npm.sh <set>...        sets: scripts/npm-sets/<set>/package.json, and its lock file
# For clients whose old dependencies must not get among the project's own. Their install scripts do not run.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/senbon/npm"
readonly here cache
# shellcheck source=cached.sh
source "$(dirname "${BASH_SOURCE[0]}")/cached.sh"

install() { # work-folder set-folder
  mkdir "$1/made"
  cp "$2/package.json" "$2/package-lock.json" "$1/made/"
  thrice npm ci --prefix "$1/made" --ignore-scripts --no-audit --no-fund --loglevel=error && return
  echo "fetch-npm: npm could not install $2 (its output is above)" >&2
  return 1
}

fetch() { # set; prints the folder
  local set="$here/npm-sets/$1" hash folder
  [[ -f "$set/package.json" ]] || { echo "fetch-npm: no set '$1' in $here/npm-sets" >&2; return 1; }
  hash="$(cat "$set/package.json" "$set/package-lock.json" | sha256sum | cut -c1-12)"
  folder="$cache/$1-$hash"
  cached "$folder" install "$set"
  printf '%s\n' "$folder"
}

[[ $# -gt 0 ]] || { echo 'usage: scripts/fetch-npm.sh <set>...' >&2; exit 2; }
for set in "$@"; do fetch "$set"; done
