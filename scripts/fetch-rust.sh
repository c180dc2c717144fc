#!/usr/bin/env bash
# Builds each named Rust program of the suites into the cache, its crates fetched, and prints one executable per line, in order.
#   scripts/fetch-rust.sh <folder>...        folders: tests/<folder>, with Cargo.toml and Cargo.lock; the package is <folder>-checks
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/senbon/rust"
readonly root cache
# shellcheck source=cached.sh
source "$(dirname "${BASH_SOURCE[0]}")/cached.sh"

build() { # work-folder source crate
  if CARGO_TARGET_DIR="$cache/target" thrice cargo build --quiet --locked --manifest-path "$2/Cargo.toml"; then
    cp "$cache/target/debug/$3-checks" "$1/made"
    return
  fi
  echo "fetch-rust: cargo could not build $2 (its output is above)" >&2
  return 1
}

fetch() { # folder; prints the executable
  local source="$root/tests/$1" hash program
  [[ -f "$source/Cargo.toml" ]] || { echo "fetch-rust: no crate in $source" >&2; return 1; }
  hash="$({ rustc --version; cat "$source"/Cargo.* "$source"/src/*.rs; } | sha256sum | cut -c1-12)"
  program="$cache/$1-$hash"
  cached "$program" build "$source" "$1"
  printf '%s\n' "$program"
}

command -v cargo >/dev/null || { echo 'fetch-rust: cargo is not on the PATH; Rust 1.85 or newer is needed' >&2; exit 1; }
[[ $# -gt 0 ]] || { echo 'usage: scripts/fetch-rust.sh <folder>...' >&2; exit 2; }
for folder in "$@"; do fetch "$folder"; done
