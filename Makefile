# up: all sites, from nothing · test · lint · bench. Each makes the virtual environment it needs.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: up test lint bench bench-models openapi

up: $(VENV)/training.stamp
	@exec $(BIN)/python manage.py up $(if $(CODE),--code "$(CODE)") $(if $(INSTANCES),--instances $(INSTANCES)) $(if $(ONCE),--once)

test: $(VENV)/dev.stamp $(VENV)/peers.stamp
	@$(BIN)/python -m tests.common.browser
	@$(BIN)/python -m pytest -n 2 $(ARGS)

lint: $(VENV)/dev.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# What the REST APIs are, as committed; a test compares.
openapi: $(VENV)/dev.stamp
	@for site in singularity centralcloud; do DJANGO_SETTINGS_MODULE=$${site}_site.settings $(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi/$$site.yaml || exit 1; done

bench: $(VENV)/dev.stamp $(VENV)/peers.stamp
	@$(BIN)/python -m benchmarks $(ARGS)

bench-models: $(VENV)/dev.stamp $(VENV)/peers.stamp
	@$(BIN)/python -m benchmarks learning.together

# A stamp holds what is installed: the second run installs nothing, a changed pin installs again.
$(VENV)/%.stamp: requirements/%.txt requirements/base.txt requirements/training.txt
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing $<"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary=:all: -r $<
	@touch $@

# Peers that tests compare with ask for other versions of what we use: they stay by themselves.
$(VENV)/peers.stamp: requirements/peers.txt | $(VENV)/dev.stamp
	@echo "Installing $<"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary=:all: --no-deps --upgrade --target $(VENV)/peers -r $<
	@touch $@
