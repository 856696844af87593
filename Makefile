# Everything a developer of BookMe does. `make help` explains the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# How many test processes; another Python can be named: make setup PYTHON=/usr/bin/python3.12
JOBS ?= 2
NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	"$$each" $(NEW_ENOUGH) && echo "$$each" && break; done)
PORT ?= 8000
ARGS ?=

BIN := .venv/bin
export PYTHONDONTWRITEBYTECODE :=
export PORT

TOO_OLD = BookMe needs Python 3.11 or newer. Install it, or name one: make PYTHON=/path/to/python3
INSTALL = $(if $(shell "$(PYTHON)" $(NEW_ENOUGH) && echo yes),,$(error $(TOO_OLD)))"$(PYTHON)" -P src/bookme/dev/install.py

.PHONY: help
help: ## Explain every target
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- set up, run -----------------------------------------------------------------------------------------------------

.PHONY: setup
setup: ## Make .venv and install what `make run` needs (done by the other targets, too)
	@$(INSTALL) run local

.PHONY: run
run: setup ## Start BookMe with its own PostgreSQL and Valkey; PORT=9000 for another port; Ctrl-C ends it
	@exec $(BIN)/python -m bookme.dev run

.PHONY: reset
reset: setup ## Delete all local data, after asking (YES=1: without)
	@$(BIN)/python -m bookme.dev reset $(if $(YES),--yes)

# --- check -----------------------------------------------------------------------------------------------------------

.PHONY: test
test: ## Run the tests; ARGS='-k slots' for some of them, JOBS=4 for more processes
	@$(INSTALL) run local test
	@$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

.PHONY: coverage
coverage: ## Run the tests and measure what they reach: at least 90% (report in htmlcov/); takes a quarter longer
	@$(MAKE) test ARGS='--cov --cov-branch --cov-report=html --cov-fail-under=90'

.PHONY: test-browser
test-browser: ## Run the journeys in a real browser (needs chromium: apt-get install chromium); HOURS_AHEAD=30: as if it were later
	@$(INSTALL) run local test browser
	@$(BIN)/python -m pytest tests/browser -n $(JOBS) $(ARGS)

.PHONY: translations
translations: ## Put new texts into the .po files, take out those that nobody says, compile; lists what is missing
	@$(INSTALL) run local
	@$(BIN)/python -m bookme.dev.translations

.PHONY: gallery
gallery: ## Take the pictures of docs/gallery anew, from the real product, and keep how pages look (needs chromium)
	@$(INSTALL) run local test browser
	@PYTHONPATH=src $(BIN)/python -m tests.browser.gallery $(ARGS)

.PHONY: lighthouse
lighthouse: ## Let Lighthouse look at the start page, the time step and the classes (needs chromium and Node)
	@$(INSTALL) run local test browser
	@PYTHONPATH=src $(BIN)/python -m tests.browser.lighthouse

.PHONY: proof
proof: ## Prove the promises at full size (docs/promises.md); takes some minutes
	@$(INSTALL) run local test
	@$(BIN)/python -m pytest -m proof -s $(ARGS)

.PHONY: bench
bench: ## Measure what slots, bookings and the outbox cost, as ratios to floors in the same run
	@$(INSTALL) run local test
	@$(BIN)/python -m benchmarks $(ARGS)

.PHONY: lint
lint: ## Check format, code, types, layers and requirements
	@$(INSTALL) run local test lint
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m bookme.dev.requirements check

.PHONY: format
format: ## Put the code in its format, and mend what can be mended
	@$(INSTALL) run local lint
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: types
types: ## Check types only
	@$(INSTALL) run local test lint
	@$(BIN)/mypy

.PHONY: audit
audit: ## Look for known weaknesses in what we depend on; what could not be looked up is a failure, too
	@$(INSTALL) audit
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements/run.txt

# --- what is made from the code --------------------------------------------------------------------------------------

.PHONY: lock
lock: ## Compile requirements/*.txt anew from pyproject.toml (needs uv; ARGS=--upgrade for newer versions)
	@$(INSTALL) run local
	@$(BIN)/python -m bookme.dev.requirements lock $(ARGS)

.PHONY: openapi
openapi: setup ## Write docs/openapi.json
	@$(BIN)/bookme openapi

.PHONY: postman
postman: setup ## Write docs/bookme.postman_collection.json from the API's description
	@$(BIN)/bookme postman

.PHONY: clean
clean: ## Delete caches and reports (neither .venv nor data)
	@rm -rf htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist test-results
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
