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
pip=("$venv/bin/pip" install --quiet --disable-pip-version-check)
# The same maturin as in pyproject.toml, called by itself because only so it takes a profile.
"${pip[@]}" "maturin>=1.16,<2" --requirement "$root/tests/python/requirements.txt" \
    --requirement "$root/tests/wasm/requirements.txt" --requirement "$root/tests/ansible/requirements.txt"

rm -rf "$wheels"
(cd "$root/bindings-python" && "$venv/bin/maturin" build --profile "${PROFILE:-dev}" --out "$wheels")
"${pip[@]}" --no-deps --force-reinstall "$wheels"/*.whl
"$venv/bin/python" -c 'import iofilter_certs; print("installed", iofilter_certs.__file__)'
