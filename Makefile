# The one list of commands. `make` or `make help` prints it.

PYTHON_VERSIONS ?= 3.10 3.11 3.12 3.13
# Test processes side by side. The tests mostly wait, so a few more than there are cores is well.
WORKERS ?= 3
# release is what users get; `make build PROFILE=dev` links in seconds while one works on the Rust side.
PROFILE ?= release

VENV := .venv
PYTHON := $(VENV)/bin/python
KATYDID ?= $(abspath $(VENV)/bin/katydid)
LOCUST ?= $(abspath .venv-locust/bin/locust)
PYTEST := KATYDID=$(KATYDID) LOCUST=$(LOCUST) $(PYTHON) -m pytest -c tests/pytest.ini --rootdir .
# One interpreter for every build, so that no step invalidates what another compiled.
export PYO3_PYTHON := $(abspath $(PYTHON))

# The line between Python and Rust links no interpreter of its own; it is tested through the command.
RUST_TESTED := --workspace --exclude katydid-bindings
# The pages, which are built before the binary that holds them; this one comes last.
PAGE := webui/dist/compare.html
PAGE_SOURCES := $(shell find webui -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/shots/*')
SEED_TESTS := $(wildcard tests/seeds tests/test_*.py)

# The published files under tests/seeds/ stay as they were published, those of tests/product/old_files as one wrote then.
RUFF := --exclude 'tests/seeds/*/*' --exclude tests/product/old_files $(wildcard python tests bench examples)

.DEFAULT_GOAL := help
.PHONY: help setup setup-bench page build demo test test-page test-rust test-python arrows unit seeds compat product services cluster web tui gate \
        test-deploy differences fuzz lint format bench bench-peers bench-cluster bench-page bench-gate bench-duels bench-soak wheel smoke-python requirements \
        clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what a machine needs: .venv (build, tests) and .venv-locust (the peer)
	@scripts/setup.sh

setup-bench: setup ## The same, with nginx and wrk for the benchmarks
	@scripts/setup.sh --bench

$(PAGE): $(PAGE_SOURCES) webui/node_modules/.package-lock.json
	@echo "page: webui/dist"
	@npm --prefix webui run --silent build -- --logLevel warn

webui/node_modules/.package-lock.json: webui/package-lock.json
	@npm --prefix webui ci --silent --no-audit --no-fund
	@touch $@

page: setup $(PAGE) ## Build the page (webui/dist), which is part of the binary

build: setup $(PAGE) ## Build the command: leaves .venv/bin/katydid
	@$(VENV)/bin/maturin develop --quiet $(if $(filter release,$(PROFILE)),--release,--profile $(PROFILE))
	@echo "built: $(VENV)/bin/katydid"

demo: build ## A real 15-second run of examples/shop.py against the demo shop, with every report
	@scripts/demo.sh $(VENV)/bin/katydid

test: build ## Every test: Rust, arrows, Python, product, seeds, compatibility
	@$(MAKE) --no-print-directory test-page
	@$(MAKE) --no-print-directory test-rust
	@$(MAKE) --no-print-directory test-python

test-page: setup webui/node_modules/.package-lock.json ## Types and unit tests of the page
	@npm --prefix webui run --silent check
	@npm --prefix webui run --silent test -- --reporter=dot

test-rust: setup ## Tests of the Rust crates
	@if cargo nextest --version >/dev/null 2>&1; then cargo nextest run $(RUST_TESTED) --no-tests pass; else cargo test $(RUST_TESTED); fi

test-python: unit ## Every test that pytest runs (needs make build)
	@$(PYTEST) -n $(WORKERS) tests/arrows $(SEED_TESTS) tests/product tests/compat tests/services tests/cluster tests/web tests/tui tests/gate tests/deploy

arrows: ## The arrows between the crates stand in ARCHITECTURE.md
	@$(PYTEST) tests/arrows

unit: ## Unit tests of the Python package
	@if [ -d python/tests ]; then $(PYTHON) -m pytest -q python/tests; fi

seeds: ## The locustfiles and budget checkers of the articles, unchanged, against the demo shop
	@$(PYTEST) -n $(WORKERS) $(SEED_TESTS)

compat: ## The same locustfiles on Locust and on Katydid, compared
	@$(PYTEST) -n $(WORKERS) tests/compat

differences: ## Put the listed differences of names into docs/differences.md
	@$(PYTHON) -m tests.compat.surface.document

services: ## Users of databases, brokers and other services, against real servers
	@$(PYTEST) tests/services

cluster: ## Masters and workers, Katydid's and Locust's, also on hosts of their own
	@$(PYTEST) tests/cluster

test-deploy: ## The container image, the compose file, the Helm chart, the examples for operators
	@$(PYTEST) tests/deploy

web: ## The page: its routes beside Locust's, in a browser, what extends it, who is kept out
	@$(PYTEST) -n $(WORKERS) tests/web

gate: ## Kept runs, budgets, baselines and verdicts, through the command line
	@$(PYTEST) -n $(WORKERS) tests/gate

tui: ## The live view in terminals of tmux
	@$(PYTEST) -n $(WORKERS) tests/tui

product: ## Bad input and faults, through the command line
	@$(PYTEST) -n $(WORKERS) tests/product

fuzz: ## Feed the cluster's codec and fleet with anything, for some minutes each (MINUTES=10)
	@fuzz/run.sh $(or $(MINUTES),10)

lint: setup ## Formatting and lints of Rust and Python
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	$(VENV)/bin/ruff format --check $(RUFF)
	$(VENV)/bin/ruff check $(RUFF)
	@if cargo deny --version >/dev/null 2>&1; then cargo deny check; else echo "cargo-deny is not installed: skipped"; fi

format: setup ## Format Rust and Python
	cargo fmt --all
	$(VENV)/bin/ruff format $(RUFF)
	$(VENV)/bin/ruff check --fix $(RUFF)

bench: ## Katydid, Locust and wrk against one nginx worker, in one sitting
	@bench/rust-path --build
	@KATYDID=$(KATYDID) LOCUST=$(LOCUST) $(PYTHON) -m bench.run $(BENCH)

bench-peers: ## Install the optional peers oha and goose (cargo install)
	@scripts/bench_peers.sh

bench-cluster: ## What a master costs under 1,000 and 5,000 workers, beside Locust's; the dispatcher; --processes
	@KATYDID=$(KATYDID) LOCUST=$(LOCUST) $(PYTHON) -m bench.cluster $(BENCH)

bench-page: ## What the page costs while a test runs, and how quick it is
	@bench/page-server --build
	@KATYDID=$(KATYDID) LOCUST=$(LOCUST) $(PYTHON) -m bench.page

bench-duels: ## Duels of the demo service with itself and with a slower one (DUELS=12): about 20 minutes
	@KATYDID=$(KATYDID) $(PYTHON) -m bench.gate_duels

bench-gate: ## How well verdicts are to be trusted (calibration), and what keeping and judging a run costs
	@KATYDID=$(KATYDID) LOCUST=$(LOCUST) $(PYTHON) -m bench.gate

bench-soak: ## 20 minutes with 2,000 names and failing requests; resident memory sampled (MINUTES=n)
	@KATYDID=$(KATYDID) $(PYTHON) -m bench.soak --minutes $(or $(MINUTES),20)

wheel: setup $(PAGE) ## Build the wheel of this machine's Python into dist/
	@$(VENV)/bin/maturin build --release --interpreter $(PYTHON) --out dist

smoke-python: setup $(PAGE) ## Build the wheel and smoke-test it on each of PYTHON_VERSIONS that the machine has
	@scripts/smoke_python.sh $(PYTHON_VERSIONS)

requirements: setup ## Pin tests/requirements*.in anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-annotate --no-emit-index-url \
	  --custom-compile-command "make requirements" tests/requirements.in -o tests/requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
	  --custom-compile-command "make requirements" tests/requirements-locust.in -o tests/requirements-locust.txt

clean: ## Remove what builds and tests leave behind (not the virtual environments)
	cargo clean
	rm -rf dist webui/dist results .cache .pytest_cache
