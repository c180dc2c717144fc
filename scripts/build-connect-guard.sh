#!/usr/bin/env bash
# Compiles the token check for Spark 3's Connect server into packages/engine-spark/java/connect-guard.jar, which is kept in
# the repository: who runs a gateway needs no compiler. Needs a JDK 17 or newer.
#   scripts/build-connect-guard.sh [jar]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source=packages/engine-spark/java
target="$(realpath -m "${1:-$source/connect-guard.jar}")"
classes="$(mktemp -d)"
trap 'rm -rf "$classes"' EXIT

javac --release 8 -Xlint:-options -d "$classes" -cp "$(scripts/fetch-jars.sh spark-connect-3.5)/*" "$source"/senbon/*.java
jar --create --file "$target" --no-manifest --date 2000-01-01T00:00:00Z -C "$classes" senbon
