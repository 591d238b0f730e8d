# Two commands: `make demo` shows the main job on the sample reports, `make test` runs every test.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: demo test lint bench docs clean

$(STAMP): requirements.lock pyproject.toml
	@echo "Setting up .venv from requirements.lock (once; a minute or two) ..."
	@test -d .venv || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP)
	@echo "Reading the sample reports into a casebook of their own ..."
	@rm -f .venv/demo.casebook*
	@$(BIN)/stocktake --casebook .venv/demo.casebook add samples
	@$(BIN)/stocktake --casebook .venv/demo.casebook claims

test: $(STAMP)
	@echo "Running the whole test suite ..."
	@$(BIN)/python -m pytest -n 2

lint: $(STAMP)
	@echo "Checking style, types and the house's layers ..."
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(STAMP)
	@echo "Running every benchmark against its peer (over an hour on two free cores) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@$(BIN)/python benchmarks/run.py

docs: $(STAMP)
	@$(BIN)/mkdocs build --quiet
	@echo "The manual is in build/site/index.html"

clean:
	rm -rf .venv
