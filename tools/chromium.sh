#!/usr/bin/env bash
# Sees to it that Chromium is there, for the tests that open the pages. Where it can't be installed it says so and goes
# on: those tests are then skipped on a laptop, and fail where CI is set.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v chromium >/dev/null 2>&1 && exit 0

if ! tools/apt.sh chromium fonts-dejavu-core; then
  echo "Chromium is missing and can't be installed from here: the tests of the pages will not run." >&2
  echo "As root: apt-get install chromium" >&2
fi
