#!/usr/bin/env bash
# cargo-nextest, installed from its source when it is not there: it runs each test in a process of its own.
set -euo pipefail
# Its own build stays out of our target folder.
command -v cargo-nextest >/dev/null || env -u CARGO_TARGET_DIR cargo install --locked --quiet cargo-nextest
exec cargo nextest run --config-file "$(dirname "$0")/nextest.toml" "$@"
