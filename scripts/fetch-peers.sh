#!/usr/bin/env bash
# Fills the cache with every peer that the suites use. Safe to run at any time, and next to another run of itself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

sets() { # folder
  local file
  for file in "$1"/*.txt; do basename "$file" .txt; done
}

mapfile -t deb_sets < <(sets deb-sets)
mapfile -t jar_sets < <(sets jar-sets)
mapfile -t npm_sets < <(ls npm-sets)
mapfile -t python_sets < <(sets python-sets)
./fetch-jars.sh "${jar_sets[@]}"
./fetch-debs.sh "${deb_sets[@]}"
./fetch-go.sh gohive
./fetch-rust.sh hive-rust
./fetch-npm.sh "${npm_sets[@]}"
./fetch-python.sh "${python_sets[@]}"
