#!/usr/bin/env bash
# Unpacks each named set of Debian packages into the cache and prints one folder per set, in order; usr/bin is in it. Nothing is
# installed, and no service is started.
#   scripts/fetch-debs.sh <set>...        sets: scripts/deb-sets/<set>.txt, a package and its version a line
# A folder in SENBON_DEBS_<SET> (as SENBON_DEBS_ETCD) is taken instead, on a system without these packages.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/senbon/debs"
readonly here cache

download() { # folder package=version...; a mirror's hiccup gets a second and a third chance, with fresh lists
  local folder="$1" attempt
  shift
  for attempt in 1 2 3; do
    # apt leaves root's rights for the download, which a folder under $HOME does not allow; as root it is told to keep them.
    (cd "$folder" && apt-get -q -o APT::Sandbox::User=root download "$@") >&2 && return
    sleep "$((attempt * 5))"
    apt-get -q update >&2 || true
  done
  return 1
}

fetch() { # set; prints the folder
  local variable="SENBON_DEBS_${1^^}" list="$here/deb-sets/$1.txt" hash folder work deb
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
    mkdir -p "$cache"
    exec 9>"$cache/.lock"
    flock 9
    if [[ ! -d "$folder" ]]; then
      work="$(mktemp -d "$cache/.$1-XXXXXX")"
      # shellcheck disable=SC2064 # the name is known now
      trap "rm -rf '$work'" EXIT
      mapfile -t packages < <(sed -n 's/^\([^# ]\+\) \+\([^ ]\+\)$/\1=\2/p' "$list")
      download "$work" "${packages[@]}" || { help "$1" "$variable" "apt could not download ${packages[*]} (its output is above)"; return 1; }
      for deb in "$work"/*.deb; do dpkg -x "$deb" "$work/root"; done
      mv "$work/root" "$folder"
    fi
    flock -u 9
  fi
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
