# Every target sets up first, into .venv, and only when something changed.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.set-up

.PHONY: setup demo test test-postgresql lint bench docs golden pins clean

setup: $(STAMP)

$(STAMP): requirements/dev.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: setup
	$(BIN)/backloop demo
	$(BIN)/backloop serve --demo

# By file: the examples of one page share names and must stay together.
test: setup
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(ARGS)

# The clinic's pages once more, on a PostgreSQL of the tests' own; skipped, with its reason, where it is not installed.
test-postgresql: setup
	BACKLOOP_TEST_ENGINE=postgresql $(BIN)/python -m pytest tests/web --numprocesses auto --dist load $(ARGS)

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/backloop books check

bench: setup
	$(BIN)/python bench/chain.py
	$(BIN)/python bench/trial.py $(if $(PEERS),--peers $(PEERS))
	$(BIN)/python bench/power.py
	$(BIN)/python bench/pooling.py
	$(BIN)/python bench/panel.py
	OMP_NUM_THREADS=1 $(BIN)/python bench/eeg.py
	$(BIN)/python bench/threshold.py

docs: setup
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

golden: setup
	$(BIN)/python tests/golden/make.py

# Pins are made anew by hand and reviewed like code.
pins:
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements/core.txt
	for extra in brain cluster dev fhir forest learn pdf web; do \
		$(BIN)/uv pip compile pyproject.toml --extra $$extra --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements/$$extra.txt || exit 1; \
	done

clean:
	rm -rf .venv build dist docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis
