#!/usr/bin/env bash
# Fetches the jars of each named set from Maven Central into the cache and prints one folder per set, in order.
#   scripts/fetch-jars.sh <set>...        sets: scripts/jar-sets/<set>.txt
# A line of a set is `group:artifact:version[:classifier]`, then ` -group:artifact` for each dependency to leave out.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/senbon/jars"
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.8.1
readonly here cache plugin
# shellcheck source=cached.sh
source "$(dirname "${BASH_SOURCE[0]}")/cached.sh"

dependency() { # coordinates exclusion...
  local group artifact version classifier exclusion
  IFS=: read -r group artifact version classifier <<<"$1"
  shift
  echo "    <dependency><groupId>$group</groupId><artifactId>$artifact</artifactId><version>$version</version>"
  [[ -z "$classifier" ]] || echo "      <classifier>$classifier</classifier>"
  echo '      <exclusions>'
  for exclusion in "$@"; do
    exclusion="${exclusion#-}"
    echo "        <exclusion><groupId>${exclusion%%:*}</groupId><artifactId>${exclusion##*:}</artifactId></exclusion>"
  done
  echo '      </exclusions></dependency>'
}

pom() { # set
  local line
  cat <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>senbon.peers</groupId><artifactId>jar-set</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
XML
  while read -r line; do
    # shellcheck disable=SC2086 # the words of a line are the arguments
    [[ -z "$line" || "$line" == '#'* ]] || dependency $line
  done <"$here/jar-sets/$1.txt"
  printf '  </dependencies>\n</project>\n'
}

copy() { # work-folder pom-text
  printf '%s\n' "$2" >"$1/pom.xml"
  thrice mvn -q -B -Dstyle.color=never -f "$1/pom.xml" "$plugin:copy-dependencies" -DoutputDirectory="$1/made" -DincludeScope=runtime && return
  echo "fetch-jars: Maven could not fetch the set of $1/pom.xml (its output is above)" >&2
  return 1
}

fetch() { # set; prints the folder
  local text hash folder
  [[ -f "$here/jar-sets/$1.txt" ]] || { echo "fetch-jars: no set '$1' in $here/jar-sets" >&2; return 1; }
  text="$(pom "$1")"
  hash="$(printf '%s %s' "$plugin" "$text" | sha256sum | cut -c1-12)"
  folder="$cache/$1-$hash"
  cached "$folder" copy "$text"
  printf '%s\n' "$folder"
}

[[ $# -gt 0 ]] || { echo 'usage: scripts/fetch-jars.sh <set>...' >&2; exit 2; }
for set in "$@"; do fetch "$set"; done
