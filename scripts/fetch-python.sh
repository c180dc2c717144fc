#!/usr/bin/env bash
# Makes a virtual environment of each named set in the cache and prints its interpreter, one per line, in order.
#   scripts/fetch-python.sh <set>...        sets: scripts/python-sets/<set>.txt, a requirements file with every version pinned
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/senbon/python"
readonly here cache

install() { # folder requirements; a registry's hiccup gets a second and a third chance
  local attempt
  for attempt in 1 2 3; do
    "$1/bin/python" -m pip install -q --disable-pip-version-check --no-deps -r "$2" >&2 && return
    sleep "$((attempt * 5))"
  done
  echo "fetch-python: pip could not install $2 (its output is above)" >&2
  return 1
}

fetch() { # set; prints the interpreter
  local requirements="$here/python-sets/$1.txt" hash folder work
  [[ -f "$requirements" ]] || { echo "fetch-python: no set '$1' in $here/python-sets" >&2; return 1; }
  hash="$({ python3 --version; cat "$requirements"; } | sha256sum | cut -c1-12)"
  folder="$cache/$1-$hash"
  if [[ ! -d "$folder" ]]; then
    mkdir -p "$cache"
    exec 9>"$cache/.lock"
    flock 9
    if [[ ! -d "$folder" ]]; then
      work="$(mktemp -d "$cache/.$1-XXXXXX")"
      # shellcheck disable=SC2064 # the name is known now
      trap "rm -rf '$work'" EXIT
      python3 -m venv "$work/venv" >&2
      install "$work/venv" "$requirements"
      # The scripts in bin/ name the old folder; the interpreter itself does not, and only it is used.
      mv "$work/venv" "$folder"
    fi
    flock -u 9
  fi
  printf '%s\n' "$folder/bin/python"
}

[[ $# -gt 0 ]] || { echo 'usage: scripts/fetch-python.sh <set>...' >&2; exit 2; }
for set in "$@"; do fetch "$set"; done
