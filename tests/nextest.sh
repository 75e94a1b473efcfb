#!/usr/bin/env bash
# cargo-nextest, installed from its source when it is not there: it runs each test in a process of its own.
# More tests at once than cores: those against the lab mostly wait for it.
set -euo pipefail
command -v cargo-nextest >/dev/null || cargo install --locked --quiet cargo-nextest
exec cargo nextest run --no-fail-fast --test-threads 8 "$@"
