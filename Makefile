# One door to everything. `make demo` and `make test` are all a new machine needs.
SHELL := /bin/bash
PY := .venv/bin/python
UV := .venv/bin/uv

.PHONY: setup check test fmt
setup: .venv/.ready
.venv/.ready: pyproject.toml
	test -x $(PY) || python3 -m venv .venv
	test -x $(UV) || $(PY) -m pip install -q uv
	$(UV) pip install -q -p $(PY) -e '.[dev]'
	touch $@
fmt: setup
	.venv/bin/ruff check --fix -q . ; .venv/bin/ruff format -q .
check: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/mypy
	.venv/bin/pytest tests/shape
test: check
	.venv/bin/pytest -n 2
