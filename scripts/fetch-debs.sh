#!/usr/bin/env bash
# Unpacks each named set of Debian packages into the cache and prints one folder per set, in order; usr/bin is in it. Nothing is
# installed, and no service is started.
#   scripts/fetch-debs.sh <set>...        sets: scripts/deb-sets/<set>.txt, a package and its version a line
# A folder in SENBON_DEBS_<SET> (as SENBON_DEBS_ETCD) is taken instead, on a system without these packages.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/senbon/debs"
readonly here cache
# shellcheck source=cached.sh
source "$(dirname "${BASH_SOURCE[0]}")/cached.sh"

# apt leaves root's rights for the download, which a folder under $HOME does not allow; as root it is told to keep them.
download() { # folder package=version...
  (cd "$1" && apt-get -q -o APT::Sandbox::User=root download "${@:2}") && return
  # With fresh lists next time.
  apt-get -q update || true
  return 1
}

unpack() { # work-folder set variable list
  local packages deb
  mapfile -t packages < <(sed -n 's/^\([^# ]\+\) \+\([^ ]\+\)$/\1=\2/p' "$4")
  thrice download "$1" "${packages[@]}" || { help "$2" "$3" "apt could not download ${packages[*]} (its output is above)"; return 1; }
  for deb in "$1"/*.deb; do dpkg -x "$deb" "$1/made"; done
}

fetch() { # set; prints the folder
  local variable="SENBON_DEBS_${1^^}" list="$here/deb-sets/$1.txt" hash folder tool
  [[ -f "$list" ]] || { echo "fetch-debs: no set '$1' in $here/deb-sets" >&2; return 1; }
  if [[ -n "${!variable:-}" ]]; then
    printf '%s\n' "${!variable}"
    return
  fi
  hash="$({ uname -m; cat "$list"; } | sha256sum | cut -c1-12)"
  folder="$cache/$1-$hash"
  if [[ ! -d "$folder" ]]; then
    for tool in apt-get dpkg; do
      command -v "$tool" >/dev/null || { help "$1" "$variable" "there is no $tool here"; return 1; }
    done
  fi
  cached "$folder" unpack "$1" "$variable" "$list"
  printf '%s\n' "$folder"
}

help() { # set variable problem
  {
    echo "fetch-debs: cannot fetch the set '$1': $3."
    echo "The versions in scripts/deb-sets/$1.txt are Debian 12's. Elsewhere, install the same programs by other means and set"
    echo "$2 to a folder with them in its usr/bin."
  } >&2
}

[[ $# -gt 0 ]] || { echo 'usage: scripts/fetch-debs.sh <set>...' >&2; exit 2; }
for set in "$@"; do fetch "$set"; done
