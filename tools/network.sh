#!/usr/bin/env bash
# Sees to it that `ip` is there: tests make hosts of their own from network namespaces, and cut them off. Where it can't be
# had it says so and goes on: those tests are then skipped on a laptop, and fail where CI is set.
set -euo pipefail
cd "$(dirname "$0")/.."

installed() { command -v ip >/dev/null 2>&1 || [ -x /usr/sbin/ip ] || [ -x /sbin/ip ]; }

installed && exit 0
tools/apt.sh iproute2 || true
installed || echo "iproute2 can't be had from here: the tests of cut networks will not run." >&2
