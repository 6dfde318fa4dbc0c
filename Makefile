# tiza: `make demo` to see it work, `make test` to check it, `make help` for the rest.
# Everything is installed in .venv inside this folder; nothing is installed anywhere else.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip install -qq --disable-pip-version-check
WORKERS ?= 2
ARGS ?=

.PHONY: help demo setup test test-all check fmt docs bench bench-core peers all clean
.PHONY: format lint types layers spelling version

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.demo  ## Learn real handwritten digits (make demo ARGS="--lang es")
	@$(BIN)/tiza demo $(ARGS)
	@echo; echo "To type these commands (para escribir estas órdenes): source $(BIN)/activate"

setup: $(VENV)/.dev  ## Install everything that developing needs

test: $(VENV)/.dev  ## Run the tests (make test ARGS="-k tensor")
	@$(PY) -m pytest -q -m "not slow" -n $(WORKERS) $(ARGS)

test-all: $(VENV)/.dev  ## Run every test, the slow ones too, and measure coverage
	@$(PY) -m pytest -q -n $(WORKERS) --cov --cov-report=term $(ARGS)
	@$(BIN)/coverage report --include='*/graph/*,*/transforms/*' --fail-under=99

check: format lint types layers spelling version  ## Format, lint, types, layers, spelling, version
	@echo "check: all good"

format: $(VENV)/.dev
	@$(BIN)/ruff format --check --output-format concise .
lint: $(VENV)/.dev
	@$(BIN)/ruff check --output-format concise .
types: $(VENV)/.dev
	@$(BIN)/mypy
layers: $(VENV)/.dev
	@$(BIN)/lint-imports --no-logo
spelling: $(VENV)/.dev
	@$(BIN)/codespell
version: $(VENV)/.dev
	@$(PY) tools/check_changelog.py

fmt: $(VENV)/.dev  ## Format the code and mend what can be mended
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

docs: $(VENV)/.docs  ## Build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@$(PY) tools/check_reference.py
	@echo "docs: open site/index.html"

bench: $(VENV)/.bench  ## Measure beside PyTorch and JAX (QUICK=1: minutes; RUNG=lenet: one)
	@$(PY) -m bench $(if $(QUICK),--quick) $(RUNG) $(ARGS)

bench-core: $(VENV)/.dev  ## Measure the core against hand-written NumPy
	@$(PY) bench/core.py $(ARGS)

peers: $(VENV)/.peers  ## Install PyTorch, so that the tests compare with it

all: check test docs  ## What continuous integration runs

clean:  ## Remove .venv and everything that was built
	rm -rf $(VENV) site build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# The virtual environment is made once, and filled again when pyproject.toml changes.

$(PY):
	@for candidate in "$$PYTHON" python3.11 python3.12 python3.13 python3.14 python3 python; do \
	  if [ -n "$$candidate" ] && "$$candidate" -c 'import sys, venv, ensurepip; \
	      sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    echo "making $(VENV) with $$("$$candidate" --version)"; \
	    exec "$$candidate" -m venv $(VENV); \
	  fi; \
	done; \
	echo "tiza needs Python 3.11 or newer, with its venv module." >&2; \
	echo "  Debian, Ubuntu: sudo apt install python3 python3-venv     macOS: brew install python" >&2; \
	echo "tiza necesita Python 3.11 o posterior, con su módulo venv." >&2; \
	exit 1

$(VENV)/.demo: pyproject.toml | $(PY)
	@echo "installing tiza into $(VENV) ..."
	@$(PIP) -e '.[plot]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(PY)
	@echo "installing tiza and its development tools into $(VENV) ..."
	@$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/.demo

$(VENV)/.docs: pyproject.toml | $(VENV)/.dev
	@echo "installing the documentation tools into $(VENV) ..."
	@$(PIP) -e '.[docs]'
	@touch $@

$(VENV)/.peers: pyproject.toml | $(VENV)/.dev
	@echo "installing PyTorch and MiniSom into $(VENV) ..."
	@$(PIP) -e '.[peers]'
	@touch $@

# Without a network, those of the peers that are there already are measured.
$(VENV)/.bench: pyproject.toml | $(VENV)/.dev
	@echo "installing PyTorch and JAX into $(VENV) ..."
	@if $(PIP) -e '.[bench]'; then touch $@; else echo "not everything could be installed"; fi
