# Runstead's one door. `make demo` and `make test` are all that a new machine needs.
SHELL := /bin/bash
BIN := .venv/bin
# Never compiling makes every child process of the tests read NumPy and FastAPI from source.
unexport PYTHONDONTWRITEBYTECODE
# Of the machine, not of the project: neither may change what a test sees.
unexport RUNSTEAD_HOME RUNSTEAD_URL RUNSTEAD_TOKEN RUNSTEAD_AUTOSTART RUNSTEAD_DATABASE RUNSTEAD_SECRETS_KEY

.DEFAULT_GOAL := help
.PHONY: help setup fmt check test e2e screenshots build demo bench coverage lock clean

help: ## show this list
	@sed -n 's/^\([a-z0-9]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8

setup: .venv/.ready ## make .venv and build Studio
	@$(BIN)/python hatch_build.py requirements | xargs -r $(BIN)/uv pip install -q -p $(BIN)/python
	@$(BIN)/python hatch_build.py

.venv/.ready: pyproject.toml constraints.txt scripts/setup
	@scripts/setup
	@touch $@

fmt: setup ## format and mend what can be mended by machine
	$(BIN)/ruff check --fix -q .
	$(BIN)/ruff format -q .

check: lint ## lint, import contracts, types, shape, docs, build and wheel: under two minutes
	$(BIN)/pytest tests/shape tests/docs tests/build -m "not slow"

.PHONY: lint lint-python lint-studio
lint: setup
	@$(MAKE) --no-print-directory -j2 --output-sync=target lint-python lint-studio

lint-python:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

lint-studio:
	$(BIN)/python hatch_build.py npm run check

test: lint ## all that check does, and all tests
	@$(BIN)/python -m tests.machine
	$(BIN)/pytest -n auto --maxprocesses 4

e2e: setup ## the tests in a real browser
	@$(BIN)/python -m tests.machine
	$(BIN)/pytest tests/e2e

screenshots: setup ## a picture of every page of Studio in build/screenshots, in both themes and on a phone
	@$(BIN)/python -m tests.machine
	@$(BIN)/python -m tests.e2e.screenshots

build: setup ## wheel and source distribution in dist/
	$(BIN)/uv build -q --no-build-isolation -p $(BIN)/python

demo: setup ## train three example scripts in Runstead and leave Studio open
	@$(BIN)/python examples/demo.py

bench: setup ## the benchmarks, one question per file
	@for question in bench/*.py; do echo "== $$question"; PYTHONPATH=. $(BIN)/python $$question || exit 1; done

coverage: setup ## compare the facade with SDK v1 anew: docs/reference/coverage.md
	@$(BIN)/python -m tests.faces.coverage

lock: setup ## choose dependency versions anew: constraints.txt
	$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --no-header --extra dev -o constraints.txt pyproject.toml

clean: ## remove what make made
	rm -rf .venv dist studio/node_modules src/runstead/server/static
