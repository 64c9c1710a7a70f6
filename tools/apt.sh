#!/usr/bin/env bash
# Installs the Debian packages named, as root or by a sudo that asks nothing. Exit status 1 where neither is to be had.
set -euo pipefail

command -v apt-get >/dev/null 2>&1 || exit 1
sudo=()
if [ "$(id -u)" != 0 ]; then
  sudo -n true >/dev/null 2>&1 || exit 1
  sudo=(sudo -n)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "System packages: $*"
run() {
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive "$@" </dev/null >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
  }
}
run apt-get update -q
run apt-get install -q -y --no-install-recommends "$@"
