#!/usr/bin/env bash
# Sees to it that Chromium is there, for the tests that open the pages: the one without a window, which costs the least, or
# else the whole one. And what the program that drives it needs (its Node is linked with libatomic). Where they can't be
# installed it says so and goes on: those tests are then skipped on a laptop, and fail where CI is set.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
command -v chromium-headless-shell >/dev/null 2>&1 || missing+=(chromium-headless-shell fonts-dejavu-core)
compgen -G '/usr/lib/*/libatomic.so.1' >/dev/null || missing+=(libatomic1)
[ ${#missing[@]} -gt 0 ] || exit 0

if ! tools/apt.sh "${missing[@]}" && ! command -v chromium >/dev/null 2>&1; then
  echo "Chromium is missing and can't be installed from here: the tests of the pages will not run." >&2
  echo "As root: apt-get install chromium-headless-shell" >&2
fi
