# Everything one does here. `make` alone says what there is. It needs Python 3.11 and nothing else.

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help setup run check test slow faults bench conformance

# The first Python on the PATH that is 3.11; say `make PYTHON=/path/to/python3.11` for another.
PYTHON ?= $(firstword $(foreach each,python3.11 python3 python,$(shell \
	$(each) -c 'import sys; sys.version_info[:2] == (3, 11) and print("$(each)")' 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= 2
OTHERS := conformance/node_modules/.ready
SCANNER := conformance/.venv/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

setup: $(READY) ## prepare .venv with the pinned packages

$(READY): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo 'BTB needs Python 3.11 on the PATH, or make PYTHON=/path/to/python3.11.' >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(READY)

run: setup ## serve the subgraph on the rehearsal town, at http://127.0.0.1:8000
	$(BIN)/btb serve

check: setup ## format, lint, types, import rules, the contract and the documents in step
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/btb sdl --check
	$(BIN)/btb settings --check

# Nothing may be skipped where everything is required, and some tests need the packages of others.
ifeq ($(BTB_REQUIRE_ALL),1)
test: $(OTHERS)
endif

test: check ## check, and every test but the slow ones, on SQLite and PostgreSQL
	$(BIN)/pytest -n $(WORKERS) $(PYTEST)

faults: setup ## what is killed, cut, dropped and restored beside the feed, in full; about two hours
	BTB_TEST_PROFILE=full $(BIN)/pytest -m slow tests/feed $(PYTEST)

slow: setup ## the full variants of tests that bounded ones stand for
	BTB_TEST_PROFILE=full $(BIN)/pytest -m slow $(PYTEST)

PEERS := benchmarks/peers
PEER_PIP := $(PEERS)/.venv/bin/python -m pip --disable-pip-version-check --no-input --quiet

bench: setup $(PEERS)/.venv/.ready $(PEERS)/node/node_modules/.ready ## ours beside its peers; BENCH=quick for a smoke test
	$(BIN)/python -m benchmarks.speed $(if $(filter quick,$(BENCH)),--quick)

$(PEERS)/.venv/.ready: $(PEERS)/requirements.txt
	@test -x $(PEERS)/.venv/bin/python || $(BIN)/python -m venv $(PEERS)/.venv
	$(PEER_PIP) install --require-hashes -r $<
	@touch $@

$(PEERS)/node/node_modules/.ready: $(PEERS)/node/package-lock.json
	npm ci --prefix $(PEERS)/node --no-fund --no-audit --loglevel=error
	@touch $@

conformance: setup $(OTHERS) $(SCANNER) ## other people's clients, gateways and suites, held against this service
	$(BIN)/python -m conformance $(SUITES)

$(OTHERS): conformance/package-lock.json conformance/.npmrc
	@command -v node >/dev/null && command -v npm >/dev/null || \
		{ echo 'The suites of others need Node 20 and npm on the PATH.' >&2; exit 1; }
	cd conformance && npm ci --no-progress
	@touch $@

$(SCANNER): conformance/requirements.txt
	@test -n "$(PYTHON)" || { echo 'schemathesis needs Python 3.11 on the PATH.' >&2; exit 1; }
	@test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip --disable-pip-version-check --no-input --quiet install --require-hashes -r $<
	@touch $@
