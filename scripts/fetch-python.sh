#!/usr/bin/env bash
# Makes a virtual environment of each named set in the cache and prints its interpreter, one per line, in order.
#   scripts/fetch-python.sh <set>...        sets: scripts/python-sets/<set>.txt, a requirements file with every version pinned
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/senbon/python"
readonly here cache
# shellcheck source=cached.sh
source "$(dirname "${BASH_SOURCE[0]}")/cached.sh"

install() { # work-folder requirements
  # The scripts in bin/ will name this folder, which moves; the interpreter itself does not, and only it is used.
  python3 -m venv "$1/made" >&2
  thrice "$1/made/bin/python" -m pip install -q --disable-pip-version-check --no-deps -r "$2" && return
  echo "fetch-python: pip could not install $2 (its output is above)" >&2
  return 1
}

fetch() { # set; prints the interpreter
  local requirements="$here/python-sets/$1.txt" hash folder
  [[ -f "$requirements" ]] || { echo "fetch-python: no set '$1' in $here/python-sets" >&2; return 1; }
  hash="$({ python3 --version; cat "$requirements"; } | sha256sum | cut -c1-12)"
  folder="$cache/$1-$hash"
  cached "$folder" install "$requirements"
  printf '%s\n' "$folder/bin/python"
}

[[ $# -gt 0 ]] || { echo 'usage: scripts/fetch-python.sh <set>...' >&2; exit 2; }
for set in "$@"; do fetch "$set"; done
