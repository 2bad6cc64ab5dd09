# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export KG_HOME ?= $(CURDIR)/var

.PHONY: run test check bench clean lock readme

run: $(VENV)/.run
	$(BIN)/kg serve --build

test: $(VENV)/.dev
	.ci/browser
	.ci/clients
	.ci/java
	.ci/databases
	# Compiled first: CPython 3.11 can fail where one thread compiles modules while another one parses.
	$(BIN)/python -m compileall -q src loaders
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m bench

# The lock pins every package; torch comes first so that nothing else chooses another build of it.
$(VENV)/.run: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	touch $@

lock:
	$(PYTHON) .ci/lock.py

# The README's settings table and example outputs; needs a built var/ and a running service.
readme: $(VENV)/.run
	$(BIN)/python .ci/settings.py
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python .ci/readme.py

clean:
	rm -rf $(VENV) var build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
