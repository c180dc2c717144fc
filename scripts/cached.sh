# Sourced by the scripts that fetch peers into the cache.

# Runs a command up to three times: a registry's hiccup gets a second and a third chance. Its output goes to standard error.
thrice() { # command...
  local attempt
  for attempt in 1 2 3; do
    "$@" >&2 && return
    sleep "$((attempt * 5))"
  done
  return 1
}

# Makes `target` unless it is there: `make work-folder args...` leaves it at work-folder/made. One at a time in a cache, for neither
# Maven's local repository nor the other package managers' are safe under concurrent writers. Half a result is never seen.
cached() { # target make args...
  local target="$1" make="$2" folder work
  shift 2
  [[ ! -e "$target" ]] || return 0
  folder="$(dirname "$target")"
  mkdir -p "$folder"
  exec 9>"$folder/.lock"
  flock 9
  if [[ ! -e "$target" ]]; then
    work="$(mktemp -d "$folder/.$(basename "$target")-XXXXXX")"
    # shellcheck disable=SC2064 # the name is known now
    trap "rm -rf '$work'" EXIT
    "$make" "$work" "$@"
    mv "$work/made" "$target"
    rm -rf "$work"
    trap - EXIT
  fi
  flock -u 9
}
