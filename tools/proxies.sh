#!/usr/bin/env bash
# Sees to it that nginx and Caddy are there, for the tests of the examples in deploy/. Debian's packages are only unpacked,
# into .venv/proxies: installed, they would start servers. Where they can't be had it says so and goes on: those tests are
# then skipped on a laptop, and fail where CI is set.
set -euo pipefail
cd "$(dirname "$0")/.."

there() { command -v "$1" >/dev/null 2>&1 || [ -x ".venv/proxies/usr/sbin/$1" ] || [ -x ".venv/proxies/usr/bin/$1" ]; }
missing=()
for program in nginx caddy; do there $program || missing+=($program); done
[ ${#missing[@]} -gt 0 ] || exit 0

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo "Unpacked: ${missing[*]}"
if (cd "$folder" && apt-get download -q "${missing[@]}") >"$folder/log" 2>&1; then
  for package in "$folder"/*.deb; do dpkg-deb -x "$package" .venv/proxies; done
else
  echo "${missing[*]} can't be had from here: the tests of the examples for proxies will not run." >&2
fi
