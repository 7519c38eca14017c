# Two commands for a new machine: `make demo` and `make test`. Both set up what they need, and say what they do.
SHELL := /bin/bash
.DEFAULT_GOAL := help
CARGO ?= cargo
TARGET := $(shell $(CARGO) metadata --format-version 1 --no-deps 2>/dev/null | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
BIN = $(TARGET)/debug/jittest

.PHONY: help setup build demo test test-long lint test-drivers test-rust bench mutants fmt deny

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

setup: ## system packages, the Docker engine where none runs, the sandbox image
	@deploy/setup/all.sh

build: setup
	@echo "==> building jittest (a first build takes some minutes)"
	@$(CARGO) build

demo: build ## a pull request in, a verdict out: against a stand-in GitHub on this machine
	@$(BIN) demo

test: setup lint test-drivers test-rust ## all tests (set-up included)

lint: setup
	@echo "==> format, lints, documentation"
	@$(CARGO) fmt --check
	@$(CARGO) clippy --all-targets -- -D warnings
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --quiet

test-drivers: setup
	@echo "==> the drivers that run inside the sandbox, in their own language"
	@deploy/setup/driver-tests.sh

test-rust: setup
	@echo "==> unit tests and stories"
	@$(CARGO) test

test-long: setup ## the slow stories too: some hours
	@JITTEST_LONG=1 $(CARGO) test -- --include-ignored

bench: build ## ratios and percentiles of one run
	@$(CARGO) build --release
	@$(CARGO) bench --bench jittest

mutants: ## whether the oracle's tests notice its mutants: some minutes
	@deploy/setup/mutants.sh

fmt: ## format everything
	@$(CARGO) fmt

deny: ## licences, sources and advisories of the dependencies
	@deploy/setup/deny.sh
