#!/usr/bin/env bash
# Installs Salt, the Salt extension and the wheel that bindings-python/build.sh left into build/venv-salt.
#
# An environment of its own: Salt pins dozens of packages, and takes a while.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
venv=$root/build/venv-salt

[ -x "$venv/bin/pip" ] || "${PYTHON:-python3}" -m venv "$venv"
pip=("$venv/bin/pip" install --quiet --disable-pip-version-check)
# The wheel comes first and by file, so that the extension finds it there and asks no index for it.
"${pip[@]}" --no-deps --force-reinstall "$root"/build/wheels/iofilter_certs-*.whl
"${pip[@]}" --requirement "$root/tests/salt/requirements.txt"
"${pip[@]}" --no-deps --force-reinstall "$root/bindings-python/salt"
"$venv/bin/salt-call" --version
