#!/usr/bin/env bash
# Makes the virtual environment .venv with Python 3.11 or newer: $PYTHON if set, else the first that will do.
set -euo pipefail
cd "$(dirname "$0")/.."

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

if [ -x .venv/bin/python ] && new_enough .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; then
  exit 0
fi

python=
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
  if new_enough "$candidate"; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "Campana needs Python 3.11 or newer; ${PYTHON:-python3} is $("${PYTHON:-python3}" -V 2>&1 || true)." >&2
  echo "Install it, or name one: make PYTHON=/path/to/python3.12 ..." >&2
  exit 1
fi

# Debian ships python3 without ensurepip: it is in python3-venv.
if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
  package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  tools/apt.sh "$package" || {
    echo "$python can't make virtual environments. As root: apt-get install $package" >&2
    exit 1
  }
fi

echo "Virtual environment: .venv, $("$python" -V)"
"$python" -m venv --clear .venv
