#!/usr/bin/env bash
# Installs each named set of npm packages into the cache and prints one folder per set, in order; node_modules is in it.
#   scripts/fetch-npm.sh <set>...        sets: scripts/npm-sets/<set>/package.json, and its lock file
# For clients whose old dependencies must not get among the project's own. Their install scripts do not run.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/senbon/npm"
readonly here cache

install() { # folder; a registry's hiccup gets a second and a third chance
  local attempt
  for attempt in 1 2 3; do
    (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2 && return
    sleep "$((attempt * 5))"
  done
  echo "fetch-npm: npm could not install $1 (its output is above)" >&2
  return 1
}

fetch() { # set; prints the folder
  local set="$here/npm-sets/$1" hash folder work
  [[ -f "$set/package.json" ]] || { echo "fetch-npm: no set '$1' in $here/npm-sets" >&2; return 1; }
  hash="$(cat "$set/package.json" "$set/package-lock.json" | sha256sum | cut -c1-12)"
  folder="$cache/$1-$hash"
  if [[ ! -d "$folder" ]]; then
    mkdir -p "$cache"
    exec 9>"$cache/.lock"
    flock 9
    if [[ ! -d "$folder" ]]; then
      work="$(mktemp -d "$cache/.$1-XXXXXX")"
      # shellcheck disable=SC2064 # the name is known now
      trap "rm -rf '$work'" EXIT
      mkdir "$work/set"
      cp "$set/package.json" "$set/package-lock.json" "$work/set/"
      install "$work/set"
      mv "$work/set" "$folder"
    fi
    flock -u 9
  fi
  printf '%s\n' "$folder"
}

[[ $# -gt 0 ]] || { echo 'usage: scripts/fetch-npm.sh <set>...' >&2; exit 2; }
for set in "$@"; do fetch "$set"; done
