# perpbox: everything a contributor types. `make` alone lists the targets.
# Works with GNU make 3.81, which is what macOS has.

PYTHON ?= python3
PROFILE ?= long
WORLDS := $(if $(SEED),$(SEED),$(if $(filter short,$(PROFILE)),,1-20))
UV ?= uv

# Words for pip alone, such as INSTALL_FLAGS="--no-index --find-links wheels" without a network.
INSTALL_FLAGS ?=

# What is installed is what requirements/dev.txt says, whatever the caller's shell has set.
unexport PIP_FIND_LINKS PIP_NO_INDEX PIP_TARGET PIP_PREFIX PIP_ROOT PIP_USER PIP_CONSTRAINT
unexport PIP_REQUIREMENT PIP_REQUIRE_HASHES PIP_REQUIRE_VIRTUALENV PIP_NO_DEPS PIP_NO_BINARY
unexport PIP_ONLY_BINARY PIP_PRE PYTHONPATH PYTHONHOME VIRTUAL_ENV

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
CODE := $(wildcard perpbox tests tools bench examples)
TESTS := tests examples
SEEN := .conformance

.DEFAULT_GOAL := help
.PHONY: help setup run test check format clients conformance bench fuzz simulate docs lock clean

help: ## show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' \
	    $(firstword $(MAKEFILE_LIST))

setup: $(STAMP) ## make .venv with everything pinned; nothing to do the second time

# The stamp is touched last, so a set-up that broke half-way is done again.
$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c '$(NEW_ENOUGH)' 2>/dev/null || { \
	    echo "perpbox needs Python 3.11 or newer, and '$(PYTHON)' is not:" \
	        "$$($(PYTHON) --version 2>&1 | head -n 1)." \
	        "Name another one: make setup PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "'$(PYTHON)' cannot make virtual environments;" \
	        "on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) (once; a minute or so) ..."
	@$(BIN)/python -c '$(NEW_ENOUGH)' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
	    $(INSTALL_FLAGS) --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
	    --no-index --no-build-isolation --no-deps --editable .
	@touch $@

run: setup ## start a venue with something going on in it
	@$(BIN)/perpbox demo

test: setup ## run the tests
	$(BIN)/python -m pytest -n 2 $(TESTS)

check: setup ## formatting, lint and types; changes nothing
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(CODE)

format: setup ## format the code and mend what can be mended without thought
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

clients: setup ## drive the venue with real client libraries, each in its own environment
	$(BIN)/python tests/clients/run.py --results $(SEEN)/clients.json

conformance: clients ## write docs/conformance.md from what tests do (CHECK=1: only see if it is stale)
	@rm -rf $(SEEN)/tests && mkdir -p $(SEEN)/tests
	PERPBOX_SEEN=$(SEEN)/tests $(BIN)/python -m pytest -q -n 2 -p tools.conformance_seen tests/api
	$(BIN)/python -m tools.conformance $(SEEN)/clients.json $(SEEN)/tests $(if $(CHECK),--check)

bench: setup ## measure the venue
	$(BIN)/python -m bench

fuzz: setup ## feed it nonsense for a while (PROFILE=short: not for so long)
	$(BIN)/python -m pytest -n 2 $(TESTS) -m fuzz --hypothesis-profile=$(PROFILE)

simulate: setup ## let invented traders loose on whole venues (PROFILE=short: not for so long; SEED=7: one)
	PERPBOX_WORLDS=$(WORLDS) $(BIN)/python -m pytest -n 2 \
	    $(if $(SEED),tests/simulation,$(TESTS)) -m simulate --hypothesis-profile=$(PROFILE)

docs: setup ## write the pages that are made from the code
	$(BIN)/python -m tools.docs

# Pins that still fit stay; UPGRADE=1 moves them all. Index addresses are kept out of the files.
LOCK = $(UV) --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
    $(if $(UPGRADE),--upgrade)

lock: ## pin the dependencies again, with hashes (needs uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: pipx install uv" >&2; exit 1; }
	$(LOCK) pyproject.toml --output-file requirements/run.txt
	$(LOCK) pyproject.toml requirements/dev.in --constraint requirements/run.txt \
	    --output-file requirements/dev.txt

clean: ## remove .venv and what the tools left behind
	rm -rf $(VENV) $(SEEN) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find perpbox tests tools bench examples -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
