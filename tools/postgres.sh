#!/usr/bin/env bash
# Sees to it that PostgreSQL's programs are there. The tests start a server of their own from them, in a folder of their
# own, so nothing is started here. Where nothing can be installed it says so and goes on: those tests are then skipped on a
# laptop, and fail where CI is set.
set -euo pipefail
cd "$(dirname "$0")/.."

installed() { command -v initdb >/dev/null 2>&1 || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

installed && exit 0

# Debian's package makes and starts a server at once, unless told otherwise before it comes.
if tools/apt.sh postgresql-common; then
  conf=/etc/postgresql-common/createcluster.conf
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo -n)
  "${as_root[@]}" sed -i -E 's/^#?create_main_cluster *=.*/create_main_cluster = false/' "$conf"
  tools/apt.sh postgresql
fi

if ! installed; then
  echo "PostgreSQL is missing and can't be installed from here: its tests will not run." >&2
  echo "As root: apt-get install postgresql" >&2
fi
