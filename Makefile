# Two commands do all: `make demo` and `make test`. Both install what they need on a Debian machine with Rust and Python.
.POSIX:
SHELL = /bin/bash
.DEFAULT_GOAL := help

# One target folder for everything that is built natively; dependencies are built once.
export CARGO_TARGET_DIR ?= $(CURDIR)/target
export CARGO_TERM_COLOR ?= never
VENV = build/venv
SALT = build/venv-salt
# Only the folders of tests that failed are worth their space.
PYTEST = -q -o tmp_path_retention_policy=failed

help: ## show this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

prerequisites: ## install Debian packages that are missing (needs root, or sudo)
	tests/prerequisites.sh

demo: ## a lab of 12 ESXi hosts with mixed troubles: check, plan, apply, check again
	tests/prerequisites.sh cc
	cargo build --quiet --package iofilter-certs-shell
	examples/demo.sh $(CARGO_TARGET_DIR)/debug/iofilter-certs

test: prerequisites lint rust component wheel python ansible salt ## all tests and the demo; .ci/run calls this
	@# `make demo` would build the command by itself, which means other features and all of it anew.
	examples/demo.sh $(CARGO_TARGET_DIR)/debug/iofilter-certs
	@echo "make test: everything passed"

lint: ## formatting, clippy, documentation
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet

rust: ## Rust tests, the lab and vcsim included
	tests/nextest.sh --workspace
	cargo test --quiet --doc --workspace

component: ## build/iofilter_certs_detector.wasm, which imports nothing
	bindings-wasm/build.sh

wheel: ## the Python package, with the tools of its tests, in build/venv
	bindings-python/build.sh

python: ## the package, pyVmomi as a judge of lab and client, the component in wasmtime and Node
	@# The whole workspace at once, as the Rust tests are built: other packages would mean other features, and all made anew.
	cargo build --quiet --workspace --bins --examples
	@# A folder at a time: each has a conftest of its own.
	for folder in tests/python tests/wasm "tests/examples/test_examples.py tests/examples/test_papers.py"; do \
	    IOFILTER_CERTS_EXAMPLES=$(CARGO_TARGET_DIR)/debug/examples PATH=$(CURDIR)/$(VENV)/bin:$$PATH \
	        $(VENV)/bin/python -m pytest $(PYTEST) $$folder || exit 1; \
	done

ansible: ## the collection, from a real playbook
	PATH=$(CURDIR)/$(VENV)/bin:$$PATH $(VENV)/bin/python -m pytest $(PYTEST) tests/ansible

salt: ## the extension, under salt-call
	bindings-python/salt/build.sh
	PATH=$(CURDIR)/$(SALT)/bin:$$PATH $(SALT)/bin/python -m pytest $(PYTEST) tests/salt
	PATH=$(CURDIR)/$(SALT)/bin:$$PATH $(SALT)/bin/python -m pytest $(PYTEST) tests/examples/test_salt_example.py

bench: ## figures, no thresholds: judging 10,000 ESXi hosts, checks of 100 to 2,000, and a repair of 200 in 20 clusters
	cargo bench --quiet --package iofilter-certs --bench judge
	cargo build --release --quiet --package iofilter-certs-shell
	examples/bench.sh $(CARGO_TARGET_DIR)/release/iofilter-certs
	python3 examples/bench_apply.py $(CARGO_TARGET_DIR)/release/iofilter-certs

soak: ## repairs killed at 200 instants, and every fault at every change: an hour or more
	SOAK_CRASHES=all cargo test --package iofilter-certs-tests --test end_to_end crash
	SOAK_KILLS=200 cargo test --package iofilter-certs-shell --test killed -- --nocapture
	SOAK_MIXES=100 cargo test --package iofilter-certs-tests --test end_to_end mixes -- --nocapture
	SOAK_FAULTS=all cargo test --package iofilter-certs-tests --test end_to_end matrix -- --nocapture

clean: ## what was built, in target/ and build/
	cargo clean
	rm -rf build

.PHONY: help prerequisites demo test lint rust component wheel python ansible salt bench soak clean
