# up: both sites, from nothing · test · lint · bench. Each makes the virtual environment it needs.
SHELL := /bin/bash
PYTHON ?= python3.11
CODE ?= .
VENV := .venv
BIN := $(VENV)/bin

.PHONY: up test lint bench

up: $(VENV)/training.stamp
	@exec $(BIN)/python manage.py up --code "$(CODE)" $(if $(ONCE),--once)

test: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.common.browser
	@$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/dev.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks $(ARGS)

# A stamp holds what is installed: the second run installs nothing, a changed pin installs again.
$(VENV)/%.stamp: requirements/%.txt requirements/base.txt requirements/training.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing $<"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary=:all: -r $<
	@touch $@
