#!/usr/bin/env bash
# Writes requirements/*.txt from pyproject.toml: every version pinned, with the hashes of all its files, for every Python
# and platform at once, and without the address of the index it came from.
# Keeps what is pinned and still fits; UPGRADE=1 takes the newest of everything.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
  echo "Lock: $1"
  local options=(--no-config --universal --python-version 3.11 --generate-hashes)
  options+=(--no-header --no-emit-index-url --no-emit-find-links --quiet)
  [ -z "${UPGRADE:-}" ] || options+=(--upgrade)
  # Without `env -u`, an index or a folder of wheels that happens to be set on this machine would decide what is pinned.
  env -u UV_INDEX -u UV_FIND_LINKS .venv/bin/uv pip compile "${options[@]}" --output-file "$@" >/dev/null
}

# dev.txt holds all that `make test` needs; the others are cut from it or fitted to it, so that they agree.
compile requirements/dev.txt pyproject.toml --group build --group dev
compile requirements/runtime.txt pyproject.toml --constraints requirements/dev.txt
compile requirements/otel.txt pyproject.toml --extra otel --constraints requirements/dev.txt
compile requirements/build.txt --group build --constraints requirements/dev.txt
compile requirements/bench.txt --group bench --constraints requirements/dev.txt
compile requirements/lock.txt --group lock --constraints requirements/dev.txt
compile requirements/mongodb.txt --group mongodb --constraints requirements/dev.txt
