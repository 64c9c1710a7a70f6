#!/usr/bin/env bash
# Installs the wheel in dist/ into an empty environment with the locked libraries, and starts its command from elsewhere,
# where the source tree can't help it.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
.venv/bin/python -m venv "$scratch/venv"
pip=("$scratch/venv/bin/python" -m pip --disable-pip-version-check -q)
"${pip[@]}" install --require-hashes -r requirements/runtime.txt
"${pip[@]}" install --no-deps --no-index "$root"/dist/campana-*.whl
"${pip[@]}" check

cd "$scratch"
venv/bin/campana --help >/dev/null
CAMPANA_DATA_DIR=$scratch/var venv/bin/campana db upgrade >/dev/null # the migrations are files of the package too
venv/bin/python - <<'PYTHON'
from importlib.resources import files

vendor = files("campana") / "web/static/vendor"
for name in ("versions.json", "swagger-ui/swagger-ui-bundle.js", "swagger-ui/swagger-ui.css", "tabler/tabler.min.css", "icons.svg"):
    assert (vendor / name).is_file(), f"the wheel lacks {name}"
assert (files("campana") / "web/templates/base.html").is_file(), "the wheel lacks the pages"
PYTHON
echo "The wheel works in an empty environment: $(basename "$root"/dist/campana-*.whl)"
