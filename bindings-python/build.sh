#!/usr/bin/env bash
# Builds the Python package and installs it with everything its tests need into build/venv.
#
#   bindings-python/build.sh            a wheel for tests (PROFILE=dev)
#   PROFILE=release bindings-python/build.sh
#
# The wheel is left in build/wheels. Salt is heavy and has an environment of its own: bindings-python/salt/build.sh
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
venv=$root/build/venv
wheels=$root/build/wheels

[ -x "$venv/bin/pip" ] || "${PYTHON:-python3}" -m venv "$venv"
# What the tests need is written in pyproject.toml, once; ansible-core's pin there wants Python 3.11.
"$venv/bin/python" - "$root/bindings-python/pyproject.toml" >"$root/build/requirements.txt" <<'PYTHON'
import sys
import tomllib
with open(sys.argv[1], "rb") as file:
    project = tomllib.load(file)
for line in project["build-system"]["requires"] + project["project"]["optional-dependencies"]["test"]:
    print(line)
PYTHON
"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$root/build/requirements.txt"

rm -rf "$wheels"
(cd "$root/bindings-python" && "$venv/bin/maturin" build --profile "${PROFILE:-dev}" --out "$wheels")
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --force-reinstall "$wheels"/*.whl
"$venv/bin/python" -c 'import iofilter_certs; print("installed", iofilter_certs.__file__)'
