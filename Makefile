# One task runner: `make run` and `make test` set up all that they need by themselves.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
export PYTHONDONTWRITEBYTECODE = 1

.PHONY: help run serve test setup setup-test lint docs bench requirements clean

help:
	@echo "make run    build the graph, answer a question, draw the network"
	@echo "make serve  a SPARQL endpoint and pages, in the browser when there is one"
	@echo "make test   run all tests"
	@echo "make setup  make .venv with the command kg in it"
	@echo "make lint   style and types"
	@echo "make docs   renew the tables and transcripts in the documentation"
	@echo "make bench  times side by side with other tools (some minutes)"
	@echo "make requirements  pin the packages again (needs uv)"
	@echo "make clean  remove .venv and what was built"

setup: .venv/.run
setup-test: .venv/.test

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "$(PYTHON) must be Python 3.11 or newer; name another one: make PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) lacks its venv module; install it (Debian: python3-venv)" >&2; exit 2; }
	@echo "Making .venv ..."
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: .venv/.made requirements/run.txt requirements/build.txt pyproject.toml hatch_build.py web/package-lock.json
	@echo "Installing what kg needs (about a minute the first time) ..."
	@$(PIP) install --require-hashes -r requirements/build.txt
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.test: .venv/.run requirements/test.txt
	@echo "Installing what the tests need ..."
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

run: setup
	@$(BIN)/kg build
	@echo
	@$(BIN)/kg ask --opening
	@echo
	@mkdir -p build
	@$(BIN)/kg draw -o build/network.html
	@echo
	@echo "Open build/network.html in a browser; it needs no network. Then try:"
	@echo "  $(BIN)/kg ask                       the questions, one a line"
	@echo "  $(BIN)/kg show \"Tauran incident\"    everything claimed about one thing"
	@echo "  $(BIN)/kg --help                    all commands"

serve: setup
	@$(BIN)/kg serve

test: setup-test
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

lint: setup-test
	@$(BIN)/ruff check src tests docs benchmarks hatch_build.py
	@$(BIN)/mypy

docs: setup
	@$(BIN)/python docs/terms.py --write
	@$(BIN)/python docs/transcripts.py --write

bench: setup-test
	@$(BIN)/python benchmarks/bench.py
	@echo
	@$(BIN)/python benchmarks/why.py
	@echo
	@$(BIN)/python benchmarks/picture.py
	@echo
	@$(BIN)/python benchmarks/serve.py

# Pins every dependency with its hashes; the lists name no registry.
requirements: setup-test
	@command -v uv >/dev/null || { echo "make requirements needs uv on the path (it is a Python package)" >&2; exit 2; }
	@for name in build run test; do \
	  uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	    --no-emit-find-links --quiet requirements/$$name.in -o requirements/$$name.txt; done

clean:
	@rm -rf .venv build dist src/kg/assets
