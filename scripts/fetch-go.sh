#!/usr/bin/env bash
# Builds each named Go program of the suites into the cache, its modules fetched, and prints one executable per line, in order.
#   scripts/fetch-go.sh <folder>...              folders: tests/<folder>, with go.mod and go.sum
#   scripts/fetch-go.sh --run <file> <folder>    runs a Go file with the modules of that folder instead
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/senbon/go"
readonly root cache
# shellcheck source=cached.sh
source "$(dirname "${BASH_SOURCE[0]}")/cached.sh"
# Everything in our own cache, and deletable as an ordinary folder; the toolchain is the machine's.
export GOMODCACHE="$cache/mod" GOCACHE="$cache/build" GOFLAGS=-modcacherw GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0

build() { # work-folder source
  thrice go -C "$2" build -trimpath -buildvcs=false -mod=readonly -o "$1/made" . && return
  echo "fetch-go: go could not build $2 (its output is above)" >&2
  return 1
}

fetch() { # folder; prints the executable
  local source="$root/tests/$1" hash program
  [[ -f "$source/go.mod" ]] || { echo "fetch-go: no Go module in $source" >&2; return 1; }
  hash="$({ go version; declare -p CGO_ENABLED; cat "$source/go.mod" "$source/go.sum" "$source"/*.go; } | sha256sum | cut -c1-12)"
  program="$cache/$1-$hash"
  cached "$program" build "$source"
  printf '%s\n' "$program"
}

command -v go >/dev/null || { echo 'fetch-go: go is not on the PATH; Go 1.23 or newer is needed' >&2; exit 1; }
[[ $# -gt 0 ]] || { echo 'usage: scripts/fetch-go.sh <folder>...' >&2; exit 2; }
if [[ "$1" == --run ]]; then exec go -C "$root/tests/$3" run -trimpath -buildvcs=false -mod=readonly "$2"; fi
for folder in "$@"; do fetch "$folder"; done
